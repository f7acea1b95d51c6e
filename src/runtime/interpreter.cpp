#include "runtime/interpreter.h"

#include <array>
#include <stdexcept>
#include <unordered_set>

#include <wick/support/check.h>
#include <wick/support/parallel.h>
#include <wick/tensor/grad_mode.h>

#include "ops/builtins.h"
#include "ops/script_call.h"
#include "ops/script_output.h"
#include "runtime/accounting.h"
#include "runtime/containers.h"
#include "runtime/frames.h"
#include "runtime/plan.h"
#include "runtime/traceback.h"

namespace wick::jit {
namespace {

/// Interpreters inside each other on one C++ stack: a kernel that calls back, a waiter that runs a task itself.
constexpr int kMaxNesting = 200;

class Interpreter {
 public:
    explicit Interpreter(IntrusivePtr<CallContext> context)
        : context_(std::move(context)), outer_(std::exchange(t_current, this)) {
        nesting_ = outer_ ? outer_->nesting_ + 1 : 1;
    }
    ~Interpreter() {
        if (!frames_.empty()) {
            MemoryMeterGuard meter(context_->meter.get());
            while (!frames_.empty()) pop_frame();
        }
        context_->return_steps(steps_);
        t_current = outer_;
    }
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    static Interpreter* current() { return t_current; }
    const IntrusivePtr<CallContext>& context() const { return context_; }

    IValue run(const Plan& plan, std::vector<IValue> args) {
        if (nesting_ > kMaxNesting)
            throw LimitError(LimitError::Kind::recursion,
                             fmt::format("calls from operators and forks are nested more than {} deep", kMaxNesting));
        if (args.size() != plan.inputs)
            throw OpError(
                fmt::format("{}() expected {} arguments, got {}", plan.function_name, plan.inputs, args.size()));
        const SharedCall call;
        ThreadBudget budget(context_->threads);
        MemoryMeterGuard meter(context_->meter.get());
        StopCheckGuard stop(context_->is_limited ? context_.get() : nullptr);
        ScriptOutputGuard output(&context_->options.output);
        steps_ = context_->take_steps();
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
    /// The end of a call by an exception of the program: the with blocks are left, then it goes to the caller. `inner`:
    /// the calls below this one, of a task or of an operator that called back.
    [[noreturn]] void fail(const std::string& class_name, const std::string& message,
                           const std::vector<StackEntry>& inner = {}) {
        std::vector<StackEntry> calls = stack();
        calls.insert(calls.end(), inner.begin(), inner.end());
        const TracedError error(class_name, message, std::move(calls));
        leave_managers();
        throw error;
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
        for (size_t i = 0; i < frames_.size(); ++i) {
            const Frame& frame = frames_[i];
            // A caller's `next` is behind its call; the top frame keeps its own instruction there.
            const size_t at =
                static_cast<size_t>(frame.next - frame.plan->code.data()) - (i + 1 < frames_.size() ? 1 : 0);
            const Plan::Place& place = frame.plan->places[frame.plan->place_of[at]];
            if (place.inlined_from) {
                for (const auto& [function, range] : *place.inlined_from) entries.push_back({function, range});
            }
            entries.push_back({frame.plan->function_name, place.range});
        }
        return entries;
    }

    void count_step() {
        if (--steps_ <= 0) [[unlikely]]
            steps_ = context_->take_steps();
    }

    // Operands -------------------------------------------------------------------------------------------------------

    static const IValue& value(const Frame& frame, Operand operand) {
        return operand < 0 ? frame.plan->constants[~operand] : frame.registers[operand >> 1];
    }
    /// The value itself; moved out of its register when this is its last use.
    static IValue take(const Frame& frame, Operand operand) {
        if (operand < 0) return frame.plan->constants[~operand];
        IValue& reg = frame.registers[operand >> 1];
        return operand & 1 ? std::move(reg) : IValue(reg);
    }
    static void release(const Frame& frame, Operand operand) {
        if (operand >= 0 && (operand & 1)) frame.registers[operand >> 1] = IValue();
    }
    static const Operand* operands(const Frame& frame, const Instruction& in) {
        return frame.plan->operand_lists.data() + in.b;
    }
    static std::vector<IValue> take_all(const Frame& frame, const Instruction& in, int32_t from = 0) {
        std::vector<IValue> values;
        values.reserve(in.c - from);
        for (int32_t i = from; i < in.c; ++i) values.push_back(take(frame, operands(frame, in)[i]));
        return values;
    }

    /// Numbers go straight into their register: an old number needs no release.
    template <class T>
    static void set(IValue& target, T number) {
        if (target.is_pointer()) [[unlikely]]
            target = IValue();
        new (&target) IValue(number);
    }

    // Instructions that are more than a line -------------------------------------------------------------------------

    void call_operator(const Frame& frame, const Instruction& in) {
        if (context_->watches_time) context_->check_time();
        const Operator& op = *frame.plan->operators[in.extra];
        const Operand* list = operands(frame, in);
        constexpr int32_t kInline = 24;
        std::array<IValue*, kInline> few;
        std::vector<IValue*> many;
        IValue** slots = few.data();
        if (in.c > kInline) {
            many.resize(in.c);
            slots = many.data();
        }
        for (int32_t i = 0; i < in.c; ++i) slots[i] = const_cast<IValue*>(&value(frame, list[i]));
        const Args args{slots, static_cast<size_t>(in.c)};
        if (context_->meter) [[unlikely]]
            call_metered(op, args, frame.registers + in.a);
        else
            op.kernel(op, args, frame.registers + in.a);
        for (int32_t i = 0; i < in.c; ++i) release(frame, list[i]);
    }

    /// Makes `function` the top frame; its arguments are operands [from, …) of the calling frame's instruction.
    void call_function(Function& function, size_t caller, const Instruction& in, int32_t from = 0) {
        const Plan& plan = plan_of(function);
        if (static_cast<uint32_t>(in.c - from) != plan.inputs)
            throw OpError(
                fmt::format("{}() expected {} arguments, got {}", plan.function_name, plan.inputs, in.c - from));
        IValue* registers = push_frame(plan, in.a);
        const Frame& frame = frames_[caller];
        for (int32_t i = from; i < in.c; ++i) registers[i - from] = take(frame, operands(frame, in)[i]);
    }

    Function& interface_method(const Frame& frame, const Instruction& in) {
        WICK_CHECK(in.c > 0, "a method is called without an object");
        const ScriptObject& object = value(frame, operands(frame, in)[0]).to_object();
        const std::string& name = frame.plan->names[in.extra];
        Function* method = object.type->find_method(name);
        WICK_CHECK(method, "{} has no method '{}'", object.type->name(), name);
        return *method;
    }

    /// __enter__ and __exit__ of a context manager.
    void call_manager(size_t caller, const Instruction& in) {
        const bool enters = in.opcode == Opcode::Enter;
        const char* name = enters ? "__enter__" : "__exit__";
        const size_t nones = enters ? 0 : 3;
        const IValue object = take(frames_[caller], in.b);
        Function* method = object.to_object().type->find_method(name);
        WICK_CHECK(method, "{} has no method '{}'", object.to_object().type->name(), name);
        const Plan& plan = plan_of(*method);
        WICK_CHECK(plan.inputs == 1 + nones, "{}() must take {} arguments", name, 1 + nones);
        // As in PyTorch, a manager whose __enter__ fails is left too.
        if (enters)
            managers_.push_back(object);
        else if (!managers_.empty())
            managers_.pop_back();
        push_frame(plan, in.a)[0] = object;
    }

    /// Leaves the with blocks that an exception passes through, the innermost first. As in PyTorch, what __exit__
    /// raises meanwhile is forgotten and it is told nothing of the exception.
    void leave_managers() {
        while (!managers_.empty()) {
            const IValue manager = std::move(managers_.back());
            managers_.pop_back();
            Function* method = manager.to_object().type->find_method("__exit__");
            if (!method) continue;
            try {
                Interpreter(context_).run(plan_of(*method), {manager, IValue(), IValue(), IValue()});
            } catch (const LimitError&) {
                throw;
            } catch (const Error&) {
            }
        }
    }

    /// A plan and its arguments, to be run at another time.
    IntrusivePtr<FutureObject> make_task(const Frame& frame, const Instruction& in) {
        IntrusivePtr<Plan> plan = frame.plan->plans[in.extra];
        auto future = make_intrusive<FutureObject>(plan->result_type);
        // The future owns the task, so the task refers back without counting.
        std::vector<IValue> args = take_all(frame, in);
        std::for_each(args.begin(), args.end(), share);
        future->set_task([result = future.get(), plan, context = context_, args = std::move(args)]() mutable {
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

    IValue fork(const Frame& frame, const Instruction& in) {
        IValue value(make_task(frame, in));
        made(value);
        const IntrusivePtr<FutureObject> future(&value.to_future());
        context_->add_fork(future);
        // With one thread the waiter runs the task itself, or the end of the call.
        if (context_->threads > 1) submit([future] { future->run_task(); });
        return value;
    }

    IValue await(const Frame& frame, const Instruction& in) {
        IValue value = IValue::awaitable(make_task(frame, in));
        made(value);
        context_->add_await(IntrusivePtr<FutureObject>(&value.to_await()));
        return value;
    }

    /// Counts a value that an instruction made against the call's limit of memory.
    void made(const IValue& value) const {
        if (context_->meter) [[unlikely]]
            charge_new(value);
    }

    [[noreturn]] static void raise(const Frame& frame, const Instruction& in) {
        const IValue& message = value(frame, operands(frame, in)[0]);
        std::string name = "RuntimeError";
        if (in.c > 1) {
            const IValue& type = value(frame, operands(frame, in)[1]);
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
    std::vector<Frame> frames_;
    std::vector<IValue> managers_;  ///< of the with blocks that the program is in
};

thread_local Interpreter* Interpreter::t_current = nullptr;

IValue Interpreter::execute() {
    Frame frame = frames_.back();
    const Instruction* at = frame.next;
    // What the top frame works with is kept in locals; the stack learns of it when another frame comes on top, and on
    // failure, for the traceback.
    const auto suspend = [&] { frames_.back().next = at + 1; };
    const auto resume = [&] {
        frame = frames_.back();
        at = frame.next;
    };
    try {
        for (;;) {
            const Instruction& in = *at;
            const auto reg = [&](uint32_t index) -> IValue& { return frame.registers[index]; };
            const auto integer = [&](Operand operand) { return value(frame, operand).to_int(); };
            const auto real = [&](Operand operand) { return value(frame, operand).to_double(); };
            switch (in.opcode) {
                case Opcode::Move:
                    reg(in.a) = take(frame, in.b);
                    break;
                case Opcode::Drop:
                    for (int32_t i = 0; i < in.c; ++i) reg(operands(frame, in)[i] >> 1) = IValue();
                    break;

                case Opcode::Jump:
                    at = frame.plan->code.data() + in.b;
                    continue;
                case Opcode::JumpUnless:
                    if (value(frame, in.b).to_bool()) break;
                    at = frame.plan->code.data() + in.c;
                    continue;
                case Opcode::SkipWarned:
                    if (warned_.insert(in.extra).second) break;
                    at = frame.plan->code.data() + in.b;
                    continue;
                case Opcode::LoopEnter:
                    set(reg(in.a), int64_t{0});
                    if (integer(in.extra) > 0 && value(frame, in.b).to_bool()) break;
                    at = frame.plan->code.data() + in.c;
                    continue;
                case Opcode::LoopNext: {
                    count_step();
                    const int64_t next = integer(register_operand(static_cast<int32_t>(in.a))) + 1;
                    set(reg(in.a), next);
                    if (next >= integer(in.extra) || !value(frame, in.b).to_bool()) break;
                    at = frame.plan->code.data() + in.c;
                    continue;
                }
                case Opcode::Return: {
                    IValue result = take(frame, in.b);
                    const uint32_t target = frames_.back().result;
                    pop_frame();
                    if (frames_.empty()) return result;
                    resume();
                    reg(target) = std::move(result);
                    continue;
                }
                case Opcode::Raise:
                    raise(frame, in);

                case Opcode::Operator:
                    count_step();
                    call_operator(frame, in);
                    break;
                case Opcode::Call:
                    count_step();
                    suspend();
                    call_function(*frame.plan->functions[in.extra], frames_.size() - 1, in);
                    resume();
                    continue;
                case Opcode::CallValue: {
                    count_step();
                    WICK_CHECK(in.c > 0, "nothing to call");
                    const IValue callee = take(frame, operands(frame, in)[0]);
                    suspend();
                    call_function(callee.to_function(), frames_.size() - 1, in, 1);
                    resume();
                    continue;
                }
                case Opcode::CallInterface: {
                    count_step();
                    Function& method = interface_method(frame, in);
                    suspend();
                    call_function(method, frames_.size() - 1, in);
                    resume();
                    continue;
                }
                case Opcode::Enter:
                case Opcode::Exit:
                    count_step();
                    suspend();
                    call_manager(frames_.size() - 1, in);
                    resume();
                    continue;
                case Opcode::Fork:
                    count_step();
                    reg(in.a) = fork(frame, in);
                    break;
                case Opcode::Await:
                    reg(in.a) = await(frame, in);
                    break;

                case Opcode::GetAttr: {
                    IValue result = value(frame, in.b).to_object().slot(static_cast<size_t>(in.c));
                    release(frame, in.b);
                    reg(in.a) = std::move(result);
                    break;
                }
                case Opcode::SetAttr: {
                    const Operand* list = operands(frame, in);
                    IValue stored = take(frame, list[1]);
                    value(frame, list[0]).to_object().set_slot(static_cast<size_t>(in.extra), std::move(stored));
                    release(frame, list[0]);
                    break;
                }
                case Opcode::CreateObject:
                    reg(in.a) = create_object(frame.plan->types[in.b]);
                    made(reg(in.a));
                    break;
                case Opcode::Tuple:
                    reg(in.a) = make_tuple(take_all(frame, in), frame.plan->types[in.extra]);
                    made(reg(in.a));
                    break;
                case Opcode::List:
                    reg(in.a) = make_list(frame.plan->types[in.extra], take_all(frame, in));
                    made(reg(in.a));
                    break;
                case Opcode::Dict:
                    reg(in.a) = create_dict(*frame.plan->types[in.extra], take_all(frame, in));
                    made(reg(in.a));
                    break;
                case Opcode::TupleUnpack: {
                    const IValue whole = take(frame, in.b);
                    unpack(whole.to_tuple().elements, "tuple", in.c, &reg(in.a));
                    break;
                }
                case Opcode::ListUnpack: {
                    const IValue whole = take(frame, in.b);
                    unpack(snapshot(whole.to_list())->items, "list", in.c, &reg(in.a));
                    break;
                }
                case Opcode::TupleSlice:
                    reg(in.a) = slice_tuple(take(frame, in.b).to_tuple(), in.c, in.extra);
                    made(reg(in.a));
                    break;
                case Opcode::IsInstance: {
                    const bool result = is_instance(value(frame, in.b), frame.plan->type_lists[in.c]);
                    release(frame, in.b);
                    set(reg(in.a), result);
                    break;
                }
                case Opcode::ToList:
                    reg(in.a) =
                        tensor_to_list(take(frame, operands(frame, in)[0]).tensor_ref(), frame.plan->types[in.extra]);
                    made(reg(in.a));
                    break;

// Ints wrap around: they are computed unsigned.
#define WICK_INT(name, op)                                                                                       \
    case Opcode::name:                                                                                           \
        set(reg(in.a),                                                                                           \
            static_cast<int64_t>(static_cast<uint64_t>(integer(in.b)) op static_cast<uint64_t>(integer(in.c)))); \
        break;
#define WICK_INT_TEST(name, op)                         \
    case Opcode::name:                                  \
        set(reg(in.a), integer(in.b) op integer(in.c)); \
        break;
#define WICK_FLOAT(name, op)                      \
    case Opcode::name:                            \
        set(reg(in.a), real(in.b) op real(in.c)); \
        break;
                    WICK_INT(IntAdd, +)
                    WICK_INT(IntSub, -)
                    WICK_INT(IntMul, *)
                    WICK_INT_TEST(IntLt, <)
                    WICK_INT_TEST(IntLe, <=)
                    WICK_INT_TEST(IntGt, >)
                    WICK_INT_TEST(IntGe, >=)
                    WICK_INT_TEST(IntEq, ==)
                    WICK_INT_TEST(IntNe, !=)
                    WICK_FLOAT(FloatAdd, +)
                    WICK_FLOAT(FloatSub, -)
                    WICK_FLOAT(FloatMul, *)
                    WICK_FLOAT(FloatDiv, /)
                    WICK_FLOAT(FloatLt, <)
                    WICK_FLOAT(FloatGt, >)
#undef WICK_INT
#undef WICK_INT_TEST
#undef WICK_FLOAT
                case Opcode::Not:
                    set(reg(in.a), !value(frame, in.b).to_bool());
                    break;
                case Opcode::IsNone:
                case Opcode::IsNotNone: {
                    const bool none = value(frame, in.b).is_none();
                    release(frame, in.b);
                    set(reg(in.a), none == (in.opcode == Opcode::IsNone));
                    break;
                }
                case Opcode::ListLength: {
                    const int64_t length = list_length(value(frame, in.b).to_list());
                    release(frame, in.b);
                    set(reg(in.a), length);
                    break;
                }
                case Opcode::ListGet: {
                    IValue item = list_item(value(frame, in.b).to_list(), integer(in.c));
                    release(frame, in.b);
                    reg(in.a) = std::move(item);
                    break;
                }
                case Opcode::ListSet: {
                    const Operand* list = operands(frame, in);
                    IValue stored = take(frame, list[2]);
                    set_list_item(value(frame, list[0]).to_list(), integer(list[1]), std::move(stored));
                    reg(in.a) = take(frame, list[0]);
                    break;
                }
            }
            ++at;
        }
    } catch (...) {
        // A failing call may have suspended its frame already, or even pushed the callee.
        if (frames_.back().registers == frame.registers) frames_.back().next = at;
        throw;
    }
}

}  // namespace

IValue run(Function& function, std::vector<IValue> args, const RunOptions& options) {
    return run(function, std::move(args), make_intrusive<CallContext>(options));
}

IValue run(Function& function, std::vector<IValue> args, const IntrusivePtr<CallContext>& context) {
    try {
        IValue result = Interpreter(context).run(plan_of(function), std::move(args));
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

IValue call_script(Function& function, std::vector<IValue> args) {
    const Interpreter* outer = Interpreter::current();
    return outer ? Interpreter(outer->context()).run(plan_of(function), std::move(args))
                 : run(function, std::move(args));
}

}  // namespace wick::jit
