#pragma once
// The interpreter of one call: the stack of its frames and what instructions ask of it.
//
// Here is what every instruction needs and the dispatch loop takes in whole (execute.cpp); what happens beside it,
// calls that fail, tasks and with blocks, is in interpreter.cpp.

#include <array>
#include <optional>
#include <unordered_set>
#include <vector>

#include <wick/support/array_ref.h>
#include <wick/support/check.h>

#include "ops/autocast.h"
#include "ops/call_handler.h"
#include "ops/registry.h"
#include "runtime/accounting.h"
#include "runtime/frames.h"
#include "runtime/limits.h"
#include "runtime/plan.h"
#include "runtime/traceback.h"

namespace wick::jit {

class Interpreter {
 public:
    explicit Interpreter(IntrusivePtr<CallContext> context);
    ~Interpreter();
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    /// The innermost one that runs on this thread, or null.
    static Interpreter* current() { return t_current; }

    IValue run(const Plan& plan, std::vector<IValue> args);
    /// On top of the frames that are there: for run, and for an operator that calls back.
    IValue call(const Plan& plan, std::vector<IValue> args);

 private:
    struct WithBlock {
        IValue manager;
        std::optional<AutocastState> outside;  ///< what an autocast block ends with
    };

    /// A piece that is recorded as one function, while its body runs; never one inside the other.
    struct Group {
        IntrusivePtr<RefCounted> record;  ///< null when nothing is recorded
        size_t outputs = 0;
        bool grad_enabled = false;  ///< around it
    };

    class Nesting;

    /// Runs the top frame, and what it calls, to its end.
    IValue execute();

    // Failure --------------------------------------------------------------------------------------------------------

    /// The end of a call by an exception of the program: the with blocks are left, then it goes to the caller. `inner`:
    /// the calls below this one, of a task or of an operator that called back. The exception that is being handled
    /// stays within (throw_operators_error, ops/op_errors.h).
    [[noreturn]] void fail(const std::string& class_name, const std::string& message,
                           const std::vector<StackEntry>& inner = {});
    /// Outermost first; calls that were inlined around an instruction stand before it.
    std::vector<StackEntry> stack() const;

    // Frames ---------------------------------------------------------------------------------------------------------

    IValue* push_frame(const Plan& plan, uint32_t result) {
        if (static_cast<int64_t>(frames_.size()) >= context_->options().max_depth)
            throw LimitError(LimitError::Kind::recursion,
                             fmt::format("maximum recursion depth exceeded ({} calls)", context_->options().max_depth));
        IValue* registers = stack_.push(plan.registers);
        frames_.push_back({&plan, registers, plan.code.data(), result});
        return registers;
    }
    void pop_frame() {
        const Frame& frame = frames_.back();
        stack_.pop(frame.registers, frame.plan->registers);
        frames_.pop_back();
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
    /// Where the operands lie, for an operator.
    static SmallVector<IValue*, 24> places_of(const Window& window, const Instruction& in) {
        SmallVector<IValue*, 24> places(static_cast<size_t>(in.c));
        IValue** place = places.data();
        const Operand* list = operands(window, in);
        for (int32_t i = 0; i < in.c; ++i) *place++ = const_cast<IValue*>(&value(window, list[i]));
        return places;
    }
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

    // Calls ----------------------------------------------------------------------------------------------------------

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

    /// Whoever stands before calls of operators sees composite ones too: false when the callee is none.
    bool call_as_operator(Window window, const Instruction& in);
    static Function& interface_method(Window window, const Instruction& in);

    // Pieces that are recorded as one function -----------------------------------------------------------------------

    /// Makes the body of a group the top frame.
    void begin_group(Window window, const Instruction& in);
    /// Leaves it with its results.
    void end_group(Window window, const Instruction& in);
    void leave_group();

    // With blocks ----------------------------------------------------------------------------------------------------

    /// __enter__ and __exit__ of a context manager.
    void call_manager(Window caller, const Instruction& in);
    void enter_with_block(const IValue& manager);
    /// It gives the block's manager.
    IValue leave_with_block();
    /// Leaves the with blocks that an exception passes through, the innermost first. As in PyTorch, what __exit__
    /// raises meanwhile is forgotten and it is told nothing of the exception.
    void leave_with_blocks();

    // Tasks ----------------------------------------------------------------------------------------------------------

    /// What a task of this program runs with. PyTorch does not rewrite forked functions: the autocast blocks that stand
    /// around a fork are none of the task's.
    CallSettings task_settings() const;
    /// A plan and its arguments, to be run at another time.
    IntrusivePtr<FutureObject> make_task(Window window, const Instruction& in);
    IValue fork(Window window, const Instruction& in);
    IValue await(Window window, const Instruction& in);

    // Objects --------------------------------------------------------------------------------------------------------

    static bool gets_attribute(const Instruction& in) {
        return in.opcode == Opcode::GetAttr || in.opcode == Opcode::GetPath;
    }
    static std::span<const int32_t> path_of(const Window& window, const Instruction& in) {
        if (in.opcode == Opcode::GetAttr) return {&in.c, 1};
        return {window.plan->slots.data() + in.c, static_cast<size_t>(in.extra)};
    }
    /// Runs the GetAttr or GetPath that `at` is, and those that follow, under one guard; gives the instruction behind.
    const Instruction* get_shared_attributes(Window window, const Instruction* at);

    // Containers -----------------------------------------------------------------------------------------------------

    /// Counts a value that an instruction made against the call's limit of memory.
    void made(const IValue& value) const {
        if (context_->meter) [[unlikely]]
            charge_new(value);
    }

    void append_to_list(Window window, const Instruction& in) const;
    void set_in_dict(Window window, const Instruction& in) const;

    static constinit thread_local Interpreter* t_current;

    const IntrusivePtr<CallContext> context_;
    Interpreter* const outer_;
    int nesting_;
    int64_t steps_ = 0;
    std::unordered_set<int32_t> warned_;  ///< warnings that this call has given
    RegisterStack stack_;
    SmallVector<Frame, 8> frames_;
    Group group_;
    size_t base_ = 0;                     ///< the frames below are not those of the running execute()
    std::vector<WithBlock> with_blocks_;  ///< those that the program is in
    size_t with_blocks_base_ = 0;
};

}  // namespace wick::jit
