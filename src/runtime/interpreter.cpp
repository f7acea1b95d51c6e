#include "runtime/interpreter.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <stdexcept>
#include <unordered_set>

#include <wick/support/check.h>
#include <wick/support/parallel.h>
#include <wick/tensor/grad_mode.h>

#include "ops/autocast.h"
#include "ops/builtins.h"
#include "ops/profiling.h"
#include "ops/recording.h"
#include "ops/script_call.h"
#include "ops/script_output.h"
#include "ops/strings.h"
#include "runtime/accounting.h"
#include "runtime/containers.h"
#include "runtime/frames.h"
#include "runtime/plan.h"
#include "runtime/traceback.h"
#include "tensor/call_mode.h"

namespace wick::jit {
namespace {

/// Interpreters inside each other on one C++ stack: a kernel that calls back, a waiter that runs a task itself.
constexpr int kMaxNesting = 200;

class Interpreter {
 public:
    explicit Interpreter(IntrusivePtr<CallContext> context)
        : context_(std::move(context)), outer_(std::exchange(t_current, this)) {
        nesting_ = outer_ ? outer_->nesting_ : 0;
    }
    ~Interpreter() {
        context_->return_steps(steps_);
        t_current = outer_;
    }
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    static Interpreter* current() { return t_current; }

    IValue run(const Plan& plan, std::vector<IValue> args) {
        const SharedCall shown;
        ThreadBudget budget(context_->threads);
        // Without a limit of its own a call counts against what is around it.
        MemoryMeterGuard meter(context_->meter ? context_->meter.get() : MemoryMeterGuard::current());
        StopCheckGuard stop(context_->is_limited ? context_.get() : nullptr);
        ScriptOutputGuard output(&context_->options.output);
        steps_ = context_->take_steps();
        return call(plan, std::move(args));
    }

    /// On top of the frames that are there: for run, and for an operator that calls back.
    IValue call(const Plan& plan, std::vector<IValue> args) {
        const Nesting nesting(*this);
        if (args.size() != plan.inputs)
            throw OpError(
                fmt::format("{}() expected {} arguments, got {}", plan.function_name, plan.inputs, args.size()));
        IValue* registers = push_frame(plan, 0);
        for (size_t i = 0; i < args.size(); ++i) registers[i] = std::move(args[i]);
        args.clear();
        const bool grad_enabled = GradMode::is_enabled();
        try {
            return execute();
        } catch (const LimitError&) {
            // The program was stopped, perhaps inside torch.no_grad(), without leaving it.
            GradMode::set_enabled(grad_enabled);
            throw;
        } catch (const InternalError&) {
            throw;
        } catch (const CompileError&) {
            throw;
        } catch (const TracedError& error) {
            fail(error.class_name(), error.message(), error.stack());
        } catch (const ScriptError& error) {
            fail(error.class_name(), error.message());
        } catch (const Error& error) {
            fail("RuntimeError", error.what());
        } catch (const std::bad_alloc&) {
            fail("RuntimeError", "out of memory");
        } catch (const std::length_error&) {
            fail("RuntimeError", "out of memory");
        }
    }

 private:
    struct WithBlock {
        IValue manager;
        std::optional<AutocastState> outside;  ///< what an autocast block ends with
    };

    /// One use of execute(), which ends with the frame that is pushed next.
    class Nesting {
     public:
        explicit Nesting(Interpreter& self)
            : self_(self),
              base_(std::exchange(self.base_, self.frames_.size())),
              with_blocks_(std::exchange(self.with_blocks_base_, self.with_blocks_.size())) {
            if (++self.nesting_ <= kMaxNesting) return;
            leave();
            throw LimitError(LimitError::Kind::recursion,
                             fmt::format("calls from operators and forks are nested more than {} deep", kMaxNesting));
        }
        ~Nesting() { leave(); }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;

     private:
        void leave() {
            while (self_.frames_.size() > self_.base_) self_.pop_frame();
            while (self_.with_blocks_.size() > self_.with_blocks_base_) self_.leave_with_block();
            --self_.nesting_;
            self_.base_ = base_;
            self_.with_blocks_base_ = with_blocks_;
        }
        Interpreter& self_;
        const size_t base_;
        const size_t with_blocks_;
    };

    /// The end of a call by an exception of the program: the with blocks are left, then it goes to the caller. `inner`:
    /// the calls below this one, of a task or of an operator that called back. The exception that is being handled
    /// stays within (throw_operators_error, ops/op_errors.h).
    [[noreturn]] void fail(const std::string& class_name, const std::string& message,
                           const std::vector<StackEntry>& inner = {}) {
        std::vector<StackEntry> calls = stack();
        calls.insert(calls.end(), inner.begin(), inner.end());
        if (!inner.empty() && fails_in_group()) {
            // The piece is no call that the program made.
            calls[calls.size() - inner.size()].function = calls[calls.size() - inner.size() - 1].function;
            calls.erase(calls.end() - static_cast<std::ptrdiff_t>(inner.size()) - 1);
        }
        const TracedError error(class_name, message, std::move(calls));
        leave_with_blocks();
        std::throw_with_nested(error);
    }

    bool fails_in_group() const {
        return frames_.size() > base_ && frames_.back().next->opcode == Opcode::Differentiable;
    }

    // Frames ---------------------------------------------------------------------------------------------------------

    IValue* push_frame(const Plan& plan, uint32_t result) {
        if (static_cast<int64_t>(frames_.size()) >= context_->options.max_depth)
            throw LimitError(LimitError::Kind::recursion,
                             fmt::format("maximum recursion depth exceeded ({} calls)", context_->options.max_depth));
        IValue* registers = stack_.push(plan.registers);
        frames_.push_back({&plan, registers, plan.code.data(), result});
        return registers;
    }
    void pop_frame() {
        const Frame& frame = frames_.back();
        stack_.pop(frame.registers, frame.plan->registers);
        frames_.pop_back();
    }

    /// Outermost first; calls that were inlined around an instruction stand before it.
    std::vector<StackEntry> stack() const {
        std::vector<StackEntry> entries;
        for (size_t i = base_; i < frames_.size(); ++i) {
            const Frame& frame = frames_[i];
            // A caller's `next` is behind its call; the top frame keeps its own instruction there.
            const size_t at =
                static_cast<size_t>(frame.next - frame.plan->code.data()) - (i + 1 < frames_.size() ? 1 : 0);
            const Plan::Place& place = frame.plan->places[frame.plan->place_of[at]];
            std::string function = frame.plan->function_name;
            if (place.inlined_from) {
                for (const auto& [callee, range] : *place.inlined_from)
                    entries.push_back({std::exchange(function, callee), range});
            }
            entries.push_back({std::move(function), place.range});
        }
        return entries;
    }

    void count_step() {
        if (--steps_ <= 0) [[unlikely]]
            steps_ = context_->take_steps();
    }

    // Operands -------------------------------------------------------------------------------------------------------

    /// What instructions of one frame work with; small, so that it is passed in registers.
    struct Window {
        explicit Window(const Frame& frame)
            : registers(frame.registers),
              constants(frame.plan->constants.data()),
              lists(frame.plan->operand_lists.data()),
              plan(frame.plan) {}
        IValue* registers;
        const IValue* constants;
        const Operand* lists;
        const Plan* plan;
    };

    static const IValue& value(const Window& window, Operand operand) {
        return operand < 0 ? window.constants[~operand] : window.registers[operand >> 1];
    }
    /// The value itself; moved out of its register when this is its last use.
    [[gnu::always_inline]] static IValue take(const Window& window, Operand operand) {
        if (operand < 0) return window.constants[~operand];
        IValue& reg = window.registers[operand >> 1];
        return operand & 1 ? std::move(reg) : IValue(reg);
    }
    static void release(const Window& window, Operand operand) {
        if (operand >= 0 && (operand & 1)) window.registers[operand >> 1] = IValue();
    }
    static const Operand* operands(const Window& window, const Instruction& in) { return window.lists + in.b; }
    static std::vector<IValue> take_all(const Window& window, const Instruction& in) {
        std::vector<IValue> values;
        values.reserve(in.c);
        for (int32_t i = 0; i < in.c; ++i) values.push_back(take(window, operands(window, in)[i]));
        return values;
    }
    template <class T>
    [[gnu::always_inline]] static T scalar(const Window& window, Operand operand) {
        if constexpr (std::is_same_v<T, int64_t>)
            return value(window, operand).to_int();
        else if constexpr (std::is_same_v<T, double>)
            return value(window, operand).to_double();
        else
            return value(window, operand).to_string();
    }
    /// Ends the use of a scalar; only strings take part in lifetimes.
    template <class T>
    static void release_scalar(const Window& window, Operand operand) {
        if constexpr (std::is_same_v<T, std::string_view>) release(window, operand);
    }

    /// Puts a value into a register, in place when what was there needs no release.
    template <class T>
    static void set(IValue& target, T&& value) {
        if (target.is_pointer()) [[unlikely]]
            replace(target, IValue(std::forward<T>(value)));
        else
            new (&target) IValue(std::forward<T>(value));
    }
    [[gnu::noinline]] static void replace(IValue& target, IValue value) { target.swap(value); }
    /// Puts an operand there; moved out of its register when this is its last use.
    static void set_operand(IValue& target, const Window& window, Operand operand) {
        if (operand >= 0 && (operand & 1))
            set(target, std::move(window.registers[operand >> 1]));
        else
            set(target, value(window, operand));
    }

    // Instructions that are more than a line -------------------------------------------------------------------------

    void call_operator(Window window, const Instruction& in) {
        if (context_->watches_time) context_->check_time();
        const Operator& op = *window.plan->operators[in.extra];
        const Operand* list = operands(window, in);
        constexpr int32_t kInline = 24;
        std::array<IValue*, kInline> few;
        std::vector<IValue*> many;
        IValue** slots = few.data();
        if (in.c > kInline) {
            many.resize(in.c);
            slots = many.data();
        }
        for (int32_t i = 0; i < in.c; ++i) slots[i] = const_cast<IValue*>(&value(window, list[i]));
        const Args args{slots, static_cast<size_t>(in.c)};
        if (context_->meter) [[unlikely]]
            call_metered(op, args, window.registers + in.a);
        else
            op.call(args, window.registers + in.a);
        for (int32_t i = 0; i < in.c; ++i) release(window, list[i]);
    }

    /// Makes `function` the top frame; its arguments are operands [from, …) of the calling frame's instruction.
    void call_function(Function& function, Window caller, const Instruction& in, int32_t from = 0) {
        const Plan& plan = plan_of(function);
        if (static_cast<uint32_t>(in.c - from) != plan.inputs)
            throw OpError(
                fmt::format("{}() expected {} arguments, got {}", plan.function_name, plan.inputs, in.c - from));
        IValue* registers = push_frame(plan, in.a);
        const Operand* list = operands(caller, in) + from;
        for (uint32_t i = 0; i < plan.inputs; ++i) set_operand(registers[i], caller, list[i]);
    }

    /// Whoever stands before calls of operators sees composite ones too.
    bool call_as_operator(Window window, const Instruction& in) {
        const Operator* op = operator_of(*window.plan->functions[in.extra]);
        if (!op) return false;
        const Operand* list = operands(window, in);
        std::vector<IValue*> slots;
        for (int32_t i = 0; i < in.c; ++i) slots.push_back(const_cast<IValue*>(&value(window, list[i])));
        std::vector<IValue> results(op->schema().returns.size());
        op->call(Args{slots.data(), slots.size()}, results.data());
        window.registers[in.a] = results.size() == 1 ? std::move(results[0]) : IValue(make_tuple(std::move(results)));
        for (int32_t i = 0; i < in.c; ++i) release(window, list[i]);
        return true;
    }

    Function& interface_method(Window window, const Instruction& in) {
        WICK_CHECK(in.c > 0, "a method is called without an object");
        const ScriptObject& object = value(window, operands(window, in)[0]).to_object();
        const std::string& name = window.plan->names[in.extra];
        Function* method = object.type->find_method(name);
        WICK_CHECK(method, "{} has no method '{}'", object.type->name(), name);
        return *method;
    }

    /// __enter__ and __exit__ of a context manager.
    void call_manager(Window caller, const Instruction& in) {
        const bool enters = in.opcode == Opcode::Enter;
        const char* name = enters ? "__enter__" : "__exit__";
        const size_t nones = enters ? 0 : 3;
        const IValue object = take(caller, in.b);
        Function* method = object.to_object().type->find_method(name);
        WICK_CHECK(method, "{} has no method '{}'", object.to_object().type->name(), name);
        const Plan& plan = plan_of(*method);
        WICK_CHECK(plan.inputs == 1 + nones, "{}() must take {} arguments", name, 1 + nones);
        // As in PyTorch, a manager whose __enter__ fails is left too.
        if (enters)
            enter_with_block(object);
        else if (!with_blocks_.empty())
            leave_with_block();
        IValue* registers = push_frame(plan, in.a);
        registers[0] = object;
        for (size_t i = 1; i <= nones; ++i) registers[i] = IValue();
    }

    void enter_with_block(const IValue& manager) {
        WithBlock& block = with_blocks_.emplace_back(manager);
        if (!is_autocast(*manager.to_object().type)) return;
        block.outside.emplace();
        enter_autocast(manager.to_object(), CastLists::compiled);
    }

    /// It gives the block's manager.
    IValue leave_with_block() {
        WithBlock block = std::move(with_blocks_.back());
        with_blocks_.pop_back();
        if (block.outside) block.outside->apply();
        return std::move(block.manager);
    }

    /// Leaves the with blocks that an exception passes through, the innermost first. As in PyTorch, what __exit__
    /// raises meanwhile is forgotten and it is told nothing of the exception.
    void leave_with_blocks() {
        while (with_blocks_.size() > with_blocks_base_) {
            const IValue manager = leave_with_block();
            Function* method = manager.to_object().type->find_method("__exit__");
            if (!method) continue;
            try {
                call(plan_of(*method), {manager, IValue(), IValue(), IValue()});
            } catch (const LimitError&) {
                throw;
            } catch (const Error&) {
            }
        }
    }

    /// What a task of this program runs with. PyTorch does not rewrite forked functions: the autocast blocks that stand
    /// around a fork are none of the task's.
    CallSettings task_settings() const {
        CallSettings settings;
        const auto outermost =
            std::ranges::find_if(with_blocks_, [](const WithBlock& block) { return block.outside.has_value(); });
        if (outermost != with_blocks_.end()) settings.set_autocast(*outermost->outside);
        return settings;
    }

    /// A plan and its arguments, to be run at another time.
    IntrusivePtr<FutureObject> make_task(Window window, const Instruction& in) {
        IntrusivePtr<Plan> plan = window.plan->plans[in.extra];
        auto future = make_intrusive<FutureObject>(plan->result_type);
        // The future owns the task, so the task refers back without counting.
        std::vector<IValue> args = take_all(window, in);
        std::for_each(args.begin(), args.end(), share);
        future->set_task([result = future.get(), plan, context = context_, args = std::move(args),
                          settings = task_settings()]() mutable {
            const CallSettingsGuard guard(settings);
            if (context->stopped()) return result->set_error(CallContext::stopped_exception());
            try {
                Interpreter interpreter(context);
                result->set_value(interpreter.run(*plan, std::move(args)));
            } catch (...) {
                result->set_error(std::current_exception());
            }
        });
        return future;
    }

    IValue fork(Window window, const Instruction& in) {
        IValue value(make_task(window, in));
        made(value);
        const IntrusivePtr<FutureObject> future(&value.to_future());
        context_->add_fork(future);
        // With one thread the waiter runs the task itself, or the end of the call.
        if (context_->threads > 1) submit([future] { future->run_task(); });
        return value;
    }

    IValue await(Window window, const Instruction& in) {
        IValue value = IValue::awaitable(make_task(window, in));
        made(value);
        context_->add_await(IntrusivePtr<FutureObject>(&value.to_await()));
        return value;
    }

    /// Counts a value that an instruction made against the call's limit of memory.
    void made(const IValue& value) const {
        if (context_->meter) [[unlikely]]
            charge_new(value);
    }

    // Out of execute(): what its locals are captured by would keep them out of registers.
    void append_to_list(Window window, const Instruction& in) const {
        const IValue& list = value(window, in.b);
        const int64_t before = context_->meter ? footprint(list) : 0;
        append_item(list.to_list(), take(window, in.c));
        if (context_->meter) [[unlikely]]
            charge_growth(list, before);
        release(window, in.b);
    }
    void set_in_dict(Window window, const Instruction& in) const {
        const IValue& dict = value(window, in.b);
        const int64_t before = context_->meter ? footprint(dict) : 0;
        set_dict_item(dict.to_dict(), take(window, in.c), take(window, in.extra));
        if (context_->meter) [[unlikely]]
            charge_growth(dict, before);
        release(window, in.b);
    }

    [[noreturn]] static void raise(Window window, const Instruction& in) {
        const IValue& message = value(window, operands(window, in)[0]);
        std::string name = "RuntimeError";
        if (in.c > 1) {
            const IValue& type = value(window, operands(window, in)[1]);
            if (type.is_string() && !type.to_string().empty()) name = type.to_string();
        }
        const std::string text = message.to_string();
        throw ScriptError(name, text, text);
    }

    static bool is_instance(const IValue& value, const std::vector<TypePtr>& types) {
        const TypePtr type = value.type();
        for (const TypePtr& wanted : types) {
            if (type->is_subtype_of(wanted)) return true;
        }
        return false;
    }

    static void unpack(const std::vector<IValue>& elements, std::string_view what, int32_t count, IValue* registers) {
        WICK_CHECK(elements.size() == static_cast<size_t>(count), "Expected {} elements in a {} but found {}", count,
                   what, elements.size());
        std::copy(elements.begin(), elements.end(), registers);
    }

    IValue execute();

    static thread_local Interpreter* t_current;

    const IntrusivePtr<CallContext> context_;
    Interpreter* const outer_;
    int nesting_;
    int64_t steps_ = 0;
    std::unordered_set<int32_t> warned_;  ///< warnings that this call has given
    RegisterStack stack_;
    SmallVector<Frame, 8> frames_;
    size_t base_ = 0;                     ///< the frames below are not those of the running execute()
    std::vector<WithBlock> with_blocks_;  ///< those that the program is in
    size_t with_blocks_base_ = 0;
};

thread_local Interpreter* Interpreter::t_current = nullptr;

// Each instruction ends in its own jump to the next one's code, which processors foresee better than one jump for all.
// (Such a jump runs no destructors: what an instruction made must have gone out of scope before it.)
#define WICK_GO() goto* kLabels[static_cast<uint8_t>(at->opcode)]
#define WICK_NEXT() \
    ++at;           \
    WICK_GO()

IValue Interpreter::execute() {
#define WICK_PLAIN(name, b, c, extra, text) &&name,
#define WICK_NUMBER(name, operation, type, function) &&name,
#define WICK_TEST(name, operation, type, function) &&name, &&JumpUnless##name, &&RepeatIf##name,
    static const void* const kLabels[] = {WICK_FORALL_OPCODES(WICK_PLAIN, WICK_NUMBER, WICK_NUMBER, WICK_TEST)};
#undef WICK_PLAIN
#undef WICK_NUMBER
#undef WICK_TEST

    // What the top frame works with is kept in locals; the stack learns of it when another frame comes on top, and on
    // failure, for the traceback.
    Window window(frames_.back());
    const Instruction* at = frames_.back().next;
    const auto suspend = [&] { frames_.back().next = at + 1; };
    const auto resume = [&] {
        window = Window(frames_.back());
        at = frames_.back().next;
    };
    const auto reg = [&](uint32_t index) -> IValue& { return window.registers[index]; };
    try {
        WICK_GO();

    Move:
        set_operand(reg(at->a), window, at->b);
        WICK_NEXT();
    Drop:
        for (int32_t i = 0; i < at->c; ++i) reg(operands(window, *at)[i] >> 1) = IValue();
        WICK_NEXT();

    Jump:
        at += at->b;
        WICK_GO();
    JumpUnless:
        at += value(window, at->b).to_bool() ? 1 : at->c;
        WICK_GO();
    Repeat:
        count_step();
        at += at->b;
        WICK_GO();
    RepeatIf:
        count_step();
        at += value(window, at->b).to_bool() ? at->c : 1;
        WICK_GO();
    CountEnter:
        set(reg(at->a), int64_t{0});
        at += scalar<int64_t>(window, at->b) > 0 ? 1 : at->c;
        WICK_GO();
    CountNext : {
        count_step();
        const int64_t next = reg(at->a).to_int() + 1;
        set(reg(at->a), next);
        at += next < scalar<int64_t>(window, at->b) ? at->c : 1;
    }
        WICK_GO();
    LoopEnter:
        set(reg(at->a), int64_t{0});
        at += scalar<int64_t>(window, at->extra) > 0 && value(window, at->b).to_bool() ? 1 : at->c;
        WICK_GO();
    LoopNext : {
        count_step();
        const int64_t next = reg(at->a).to_int() + 1;
        set(reg(at->a), next);
        at += next < scalar<int64_t>(window, at->extra) && value(window, at->b).to_bool() ? at->c : 1;
    }
        WICK_GO();
    Return : {
        IValue result = take(window, at->b);
        const uint32_t target = frames_.back().result;
        pop_frame();
        if (frames_.size() == base_) return result;
        resume();
        set(reg(target), std::move(result));
    }
        WICK_GO();
    Raise:
        raise(window, *at);
    SkipWarned:
        at += warned_.insert(at->extra).second ? 1 : at->b;
        WICK_GO();

    Operator:
        count_step();
        call_operator(window, *at);
        WICK_NEXT();
    Call:
        count_step();
        if ((CallMode::current() & CallMode::kHandled) && call_as_operator(window, *at)) [[unlikely]] {
            WICK_NEXT();
        }
        suspend();
        call_function(*window.plan->functions[at->extra], window, *at);
        resume();
        WICK_GO();
    CountCall:
        count_step();
        WICK_NEXT();
    CallValue : {
        count_step();
        WICK_CHECK(at->c > 0, "nothing to call");
        const IValue callee = take(window, operands(window, *at)[0]);
        suspend();
        call_function(callee.to_function(), window, *at, 1);
        resume();
    }
        WICK_GO();
    CallInterface : {
        count_step();
        Function& method = interface_method(window, *at);
        suspend();
        call_function(method, window, *at);
        resume();
    }
        WICK_GO();
    Enter:
    Exit:
        count_step();
        suspend();
        call_manager(window, *at);
        resume();
        WICK_GO();
    Fork:
        count_step();
        reg(at->a) = fork(window, *at);
        WICK_NEXT();
    Await:
        reg(at->a) = await(window, *at);
        WICK_NEXT();

    Differentiable:
        count_step();
        call_differentiable(*window.plan->groups[at->extra], take_all(window, *at), &reg(at->a));
        WICK_NEXT();

    GetAttr:
        set(reg(at->a), value(window, at->b).to_object().slot(static_cast<size_t>(at->c)));
        release(window, at->b);
        WICK_NEXT();
    SetAttr:
        value(window, at->b).to_object().set_slot(static_cast<size_t>(at->extra), take(window, at->c));
        release(window, at->b);
        WICK_NEXT();
    CreateObject:
        reg(at->a) = create_object(window.plan->types[at->b]);
        made(reg(at->a));
        WICK_NEXT();
    Tuple:
        reg(at->a) = make_tuple(take_all(window, *at), window.plan->types[at->extra]);
        made(reg(at->a));
        WICK_NEXT();
    List:
        reg(at->a) = make_list(window.plan->types[at->extra], take_all(window, *at));
        made(reg(at->a));
        WICK_NEXT();
    Dict:
        reg(at->a) = create_dict(*window.plan->types[at->extra], take_all(window, *at));
        made(reg(at->a));
        WICK_NEXT();
    TupleUnpack : {
        const IValue whole = take(window, at->b);
        unpack(whole.to_tuple().elements, "tuple", at->c, &reg(at->a));
    }
        WICK_NEXT();
    ListUnpack : {
        const IValue whole = take(window, at->b);
        unpack(snapshot(whole.to_list())->items, "list", at->c, &reg(at->a));
    }
        WICK_NEXT();
    TupleSlice:
        reg(at->a) = slice_tuple(take(window, at->b).to_tuple(), at->c, at->extra);
        made(reg(at->a));
        WICK_NEXT();
    IsInstance : {
        const bool result = is_instance(value(window, at->b), window.plan->type_lists[at->c]);
        release(window, at->b);
        set(reg(at->a), result);
    }
        WICK_NEXT();
    ToList:
        reg(at->a) = tensor_to_list(take(window, operands(window, *at)[0]).tensor_ref(), window.plan->types[at->extra]);
        made(reg(at->a));
        WICK_NEXT();

    Not:
        set(reg(at->a), !value(window, at->b).to_bool());
        WICK_NEXT();
    IsNone:
    IsNotNone : {
        const bool none = value(window, at->b).is_none();
        release(window, at->b);
        set(reg(at->a), none == (at->opcode == Opcode::IsNone));
    }
        WICK_NEXT();
    RangeLength:
        set(reg(at->a), arithmetic::RangeLength()(scalar<int64_t>(window, at->b), scalar<int64_t>(window, at->c),
                                                  scalar<int64_t>(window, at->extra)));
        WICK_NEXT();
    RangeItem:
        set(reg(at->a), arithmetic::RangeItem()(scalar<int64_t>(window, at->b), scalar<int64_t>(window, at->c),
                                                scalar<int64_t>(window, at->extra)));
        WICK_NEXT();
    StrConcat : {
        const bool may_grow = at->b >= 0 && (at->b & 1) && !context_->meter;
        std::string* text = may_grow ? reg(at->b >> 1).unshared_string() : nullptr;
        if (text) {
            text->append(value(window, at->c).to_string());
            set(reg(at->a), std::move(reg(at->b >> 1)));
        } else {
            set(reg(at->a),
                concat_strings(scalar<std::string_view>(window, at->b), scalar<std::string_view>(window, at->c)));
            made(reg(at->a));
            release(window, at->b);
        }
        release(window, at->c);
    }
        WICK_NEXT();
    ListLength : {
        const int64_t length = list_length(value(window, at->b).to_list());
        release(window, at->b);
        set(reg(at->a), length);
    }
        WICK_NEXT();
    ListGet:
        set(reg(at->a), list_item(value(window, at->b).to_list(), scalar<int64_t>(window, at->c)));
        release(window, at->b);
        WICK_NEXT();
    ListSet:
        set_list_item(value(window, at->b).to_list(), scalar<int64_t>(window, at->c), take(window, at->extra));
        release(window, at->b);
        WICK_NEXT();
    ListAppend:
        append_to_list(window, *at);
        WICK_NEXT();
    DictGet:
        set(reg(at->a), dict_item(value(window, at->b).to_dict(), value(window, at->c)));
        release(window, at->b);
        release(window, at->c);
        WICK_NEXT();
    DictGetOr:
        set(reg(at->a), dict_item_or(value(window, at->b).to_dict(), value(window, at->c), value(window, at->extra)));
        release(window, at->b);
        release(window, at->c);
        release(window, at->extra);
        WICK_NEXT();
    DictContains : {
        const bool found = dict_contains(value(window, at->b).to_dict(), value(window, at->c));
        release(window, at->b);
        release(window, at->c);
        set(reg(at->a), found);
    }
        WICK_NEXT();
    DictSet:
        set_in_dict(window, *at);
        WICK_NEXT();

        using namespace arithmetic;
#define WICK_PLAIN(name, b, c, extra, text)
#define WICK_UNARY(name, operation, type, function)           \
    name:                                                     \
    set(reg(at->a), function()(scalar<type>(window, at->b))); \
    WICK_NEXT();
#define WICK_BINARY(name, operation, type, function)                                       \
    name:                                                                                  \
    set(reg(at->a), function()(scalar<type>(window, at->b), scalar<type>(window, at->c))); \
    release_scalar<type>(window, at->b);                                                   \
    release_scalar<type>(window, at->c);                                                   \
    WICK_NEXT();
#define WICK_TEST(name, operation, type, function)                                                                 \
    WICK_BINARY(name, operation, type, function)                                                                   \
    JumpUnless##name : at += function()(scalar<type>(window, at->b), scalar<type>(window, at->c)) ? 1 : at->extra; \
    WICK_GO();                                                                                                     \
    RepeatIf##name : count_step();                                                                                 \
    at += function()(scalar<type>(window, at->b), scalar<type>(window, at->c)) ? at->extra : 1;                    \
    WICK_GO();
        WICK_FORALL_OPCODES(WICK_PLAIN, WICK_UNARY, WICK_BINARY, WICK_TEST)
#undef WICK_PLAIN
#undef WICK_UNARY
#undef WICK_BINARY
#undef WICK_TEST
    } catch (...) {
        // A failing call may have suspended its frame already, or even pushed the callee.
        if (frames_.back().registers == window.registers) frames_.back().next = at;
        throw;
    }
}

#undef WICK_NEXT
#undef WICK_GO

}  // namespace

/// Whether a tensor in the value, or of the module that it is, wants a gradient. Containers may contain themselves, and
/// objects refer to each other in circles: of those only the first levels are looked at.
static bool reaches_gradient(const IValue& value, int levels = 3) {
    if (value.is_tensor()) return value.tensor_ref().requires_grad();
    if (levels == 0) return false;
    bool found = false;
    if (value.is_list() || value.is_tuple()) {
        for_each_inside(value, [&](const IValue& inner) { found = found || reaches_gradient(inner, levels - 1); });
    } else if (value.is_object()) {
        const ScriptObject& object = value.to_object();
        const int below = object.type->is_module() ? levels : levels - 1;
        for (size_t i = 0; i < object.slot_count() && !found; ++i) found = reaches_gradient(object.slot(i), below);
    }
    return found;
}

IValue run(Function& function, std::vector<IValue> args, const RunOptions& options) {
    return run(function, std::move(args), make_intrusive<CallContext>(options));
}

/// A whole call: with its tasks.
static IValue run_plan(const Plan& plan, std::vector<IValue> args, const IntrusivePtr<CallContext>& context) {
    const ProfiledRange range([&] { return plan.function_name; });
    try {
        IValue result = Interpreter(context).run(plan, std::move(args));
        context->finish_tasks();
        return result;
    } catch (const ScriptError&) {
        context->finish_tasks();
        throw;
    } catch (...) {
        context->stop();
        context->finish_tasks();
        throw;
    }
}

IValue run(Function& function, std::vector<IValue> args, const IntrusivePtr<CallContext>& context) {
    // Groups have formulas for the dtypes that their inputs have, which autocast changes on the way.
    constexpr uint8_t kAsked = CallMode::kGradients | CallMode::kAutocast;
    const bool records = (CallMode::current() & kAsked) == CallMode::kGradients &&
                         std::ranges::any_of(args, [](const IValue& value) { return reaches_gradient(value); });
    return run_plan(records ? recording_plan_of(function) : plan_of(function), std::move(args), context);
}

IValue call_script(Function& function, std::vector<IValue> args) {
    Interpreter* running = Interpreter::current();
    return running ? running->call(plan_of(function), std::move(args))
                   : run_plan(plan_of(function), std::move(args), make_intrusive<CallContext>(RunOptions()));
}

}  // namespace wick::jit
