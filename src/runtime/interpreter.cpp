#include "runtime/interpreter.h"

#include <algorithm>
#include <exception>
#include <stdexcept>

#include <wick/support/parallel.h>
#include <wick/support/shared_state.h>
#include <wick/tensor/grad_mode.h>

#include "ops/builtins.h"
#include "ops/profiling.h"
#include "ops/recording.h"
#include "ops/script_call.h"
#include "ops/script_output.h"
#include "runtime/containers.h"
#include "runtime/interpreter_impl.h"
#include "tensor/call_mode.h"

namespace wick::jit {

/// Interpreters inside each other on one C++ stack: a kernel that calls back, a waiter that runs a task itself.
static constexpr int kMaxNesting = 200;

constinit thread_local Interpreter* Interpreter::t_current = nullptr;

Interpreter::Interpreter(IntrusivePtr<CallContext> context)
    : context_(std::move(context)), outer_(std::exchange(t_current, this)) {
    nesting_ = outer_ ? outer_->nesting_ : 0;
}

Interpreter::~Interpreter() {
    context_->return_steps(steps_);
    t_current = outer_;
}

/// One use of execute(), which ends with the frame that is pushed next.
class Interpreter::Nesting {
 public:
    explicit Nesting(Interpreter& self)
        : self_(self),
          base_(std::exchange(self.base_, self.frames_.size())),
          with_blocks_(std::exchange(self.with_blocks_base_, self.with_blocks_.size())),
          group_(std::exchange(self.group_, {})) {
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
        self_.leave_group();
        self_.group_ = std::move(group_);
        while (self_.with_blocks_.size() > self_.with_blocks_base_) self_.leave_with_block();
        --self_.nesting_;
        self_.base_ = base_;
        self_.with_blocks_base_ = with_blocks_;
    }
    Interpreter& self_;
    const size_t base_;
    const size_t with_blocks_;
    Group group_;
};

IValue Interpreter::run(const Plan& plan, std::vector<IValue> args) {
    const SharedCall shown;
    ThreadBudget budget(context_->threads);
    // Without a limit of its own a call counts against what is around it.
    MemoryMeterGuard meter(context_->meter ? context_->meter.get() : MemoryMeterGuard::current());
    StopCheckGuard stop(context_->is_limited ? context_.get() : nullptr);
    ScriptOutputGuard output(&context_->options().output);
    steps_ = context_->take_steps();
    return call(plan, std::move(args));
}

IValue Interpreter::call(const Plan& plan, std::vector<IValue> args) {
    const Nesting nesting(*this);
    if (args.size() != plan.inputs)
        throw OpError(fmt::format("{}() expected {} arguments, got {}", plan.function_name, plan.inputs, args.size()));
    IValue* registers = push_frame(plan, 0);
    for (size_t i = 0; i < args.size(); ++i) registers[i] = std::move(args[i]);
    args.clear();
    const bool grad_enabled = GradMode::is_enabled();
    try {
        return execute();
    } catch (const LimitError&) {
        leave_group();
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

// Failure
// ----------------------------------------------------------------------------------------------------------------

void Interpreter::fail(const std::string& class_name, const std::string& message,
                       const std::vector<StackEntry>& inner) {
    std::vector<StackEntry> calls = stack();
    calls.insert(calls.end(), inner.begin(), inner.end());
    leave_group();
    const TracedError error(class_name, message, std::move(calls));
    leave_with_blocks();
    std::throw_with_nested(error);
}

std::vector<StackEntry> Interpreter::stack() const {
    std::vector<StackEntry> entries;
    for (size_t i = base_; i < frames_.size(); ++i) {
        const Frame& frame = frames_[i];
        // A group is no call that the program made: it stands in its caller's place.
        if (i + 1 < frames_.size() && frames_[i + 1].plan->is_group) continue;
        // A caller's `next` is behind its call; the top frame keeps its own instruction there.
        const size_t at = static_cast<size_t>(frame.next - frame.plan->code.data()) - (i + 1 < frames_.size() ? 1 : 0);
        const Plan::Place& place = frame.plan->places[frame.plan->place_of[at]];
        std::string function = (frame.plan->is_group ? frames_[i - 1] : frame).plan->function_name;
        if (place.inlined_from) {
            for (const auto& [callee, range] : *place.inlined_from)
                entries.push_back({std::exchange(function, callee), range});
        }
        entries.push_back({std::move(function), place.range});
    }
    return entries;
}

// Calls
// ----------------------------------------------------------------------------------------------------------------

bool Interpreter::call_as_operator(Window window, const Instruction& in) {
    const Operator* op = operator_of(*window.plan->functions[in.extra]);
    if (!op) return false;
    const Operand* list = operands(window, in);
    SmallVector<IValue*, 24> slots = places_of(window, in);
    std::vector<IValue> results(op->schema().returns.size());
    op->call(Args{slots.data(), slots.size()}, results.data());
    window.registers[in.a] = results.size() == 1 ? std::move(results[0]) : IValue(make_tuple(std::move(results)));
    for (int32_t i = 0; i < in.c; ++i) release(window, list[i]);
    return true;
}

Function& Interpreter::interface_method(Window window, const Instruction& in) {
    WICK_CHECK(in.c > 0, "a method is called without an object");
    const ScriptObject& object = value(window, operands(window, in)[0]).to_object();
    const std::string& name = window.plan->names[in.extra];
    Function* method = object.type->find_method(name);
    WICK_CHECK(method, "{} has no method '{}'", object.type->name(), name);
    return *method;
}

// Pieces that are recorded as one function
// ----------------------------------------------------------------------------------------------------------------

void Interpreter::begin_group(Window window, const Instruction& in) {
    const Operand* list = operands(window, in);
    SmallVector<IValue*, 24> inputs = places_of(window, in);
    GroupCall call = jit::begin_group(*window.plan->groups[in.extra], Args{inputs.data(), inputs.size()});
    const Plan& plan = group_plan_of(*call.body);
    IValue* registers = push_frame(plan, in.a);
    for (uint32_t i = 0; i < plan.inputs; ++i) set_operand(registers[i], window, list[i]);
    group_ = {std::move(call.record), call.outputs, GradMode::is_enabled()};
    if (group_.record) GradMode::set_enabled(false);
}

void Interpreter::end_group(Window window, const Instruction& in) {
    SmallVector<IValue, 8> results;
    for (int32_t i = 0; i < in.c; ++i) results.push_back(take(window, operands(window, in)[i]));
    const uint32_t target = frames_.back().result;
    pop_frame();
    if (group_.record) jit::end_group(*group_.record, {results.data(), results.size()});
    std::move(results.begin(), results.begin() + group_.outputs, frames_.back().registers + target);
    leave_group();
}

void Interpreter::leave_group() {
    if (!group_.record) return;
    GradMode::set_enabled(group_.grad_enabled);
    group_.record = nullptr;
}

// With blocks
// ----------------------------------------------------------------------------------------------------------------

void Interpreter::call_manager(Window caller, const Instruction& in) {
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

void Interpreter::enter_with_block(const IValue& manager) {
    WithBlock& block = with_blocks_.emplace_back(WithBlock{manager, std::nullopt});
    if (!is_autocast(*manager.to_object().type)) return;
    block.outside.emplace();
    enter_autocast(manager.to_object(), CastLists::compiled);
}

IValue Interpreter::leave_with_block() {
    WithBlock block = std::move(with_blocks_.back());
    with_blocks_.pop_back();
    if (block.outside) block.outside->apply();
    return std::move(block.manager);
}

void Interpreter::leave_with_blocks() {
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

// Tasks
// ----------------------------------------------------------------------------------------------------------------

CallSettings Interpreter::task_settings() const {
    CallSettings settings;
    const auto outermost =
        std::ranges::find_if(with_blocks_, [](const WithBlock& block) { return block.outside.has_value(); });
    if (outermost != with_blocks_.end()) settings.set_autocast(*outermost->outside);
    return settings;
}

IntrusivePtr<FutureObject> Interpreter::make_task(Window window, const Instruction& in) {
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

IValue Interpreter::fork(Window window, const Instruction& in) {
    IValue value(make_task(window, in));
    made(value);
    const IntrusivePtr<FutureObject> future(&value.to_future());
    context_->add_fork(future);
    // With one thread the waiter runs the task itself, or the end of the call.
    if (context_->threads > 1) submit([future] { future->run_task(); });
    return value;
}

IValue Interpreter::await(Window window, const Instruction& in) {
    IValue value = IValue::awaitable(make_task(window, in));
    made(value);
    context_->add_await(IntrusivePtr<FutureObject>(&value.to_await()));
    return value;
}

// Objects
// ----------------------------------------------------------------------------------------------------------------

const Instruction* Interpreter::get_shared_attributes(Window window, const Instruction* at) {
    SmallVector<IValue, 16> gone;  // ends after the guard
    const SharedRead guard(true);
    const Instruction* first = at;
    do {
        const ScriptObject& object = value(window, at->b).to_object();
        const std::span<const int32_t> path = path_of(window, *at);
        // The error is that instruction's own.
        if (at != first && static_cast<size_t>(path.front()) >= object.slot_count()) break;
        IValue& target = window.registers[at->a];
        if (target.is_pointer()) gone.push_back(std::move(target));
        new (&target) IValue(object.slot_in_guard(path));
        if (at->b >= 0 && (at->b & 1)) gone.push_back(std::move(window.registers[at->b >> 1]));
        // Calls that were inlined begin on the way.
        for (++at; at->opcode == Opcode::CountCall && steps_ > 1; ++at) --steps_;
    } while (gets_attribute(*at));
    return at;
}

// Containers
// ----------------------------------------------------------------------------------------------------------------

void Interpreter::append_to_list(Window window, const Instruction& in) const {
    const IValue& list = value(window, in.b);
    const int64_t before = context_->meter ? footprint(list) : 0;
    append_item(list.to_list(), take(window, in.c));
    if (context_->meter) [[unlikely]]
        charge_growth(list, before);
    release(window, in.b);
}

void Interpreter::set_in_dict(Window window, const Instruction& in) const {
    const IValue& dict = value(window, in.b);
    const int64_t before = context_->meter ? footprint(dict) : 0;
    set_dict_item(dict.to_dict(), take(window, in.c), take(window, in.extra));
    if (context_->meter) [[unlikely]]
        charge_growth(dict, before);
    release(window, in.b);
}

// Calls from outside
// ----------------------------------------------------------------------------------------------------------------

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
        found = object.any_slot([&](const IValue& slot) { return reaches_gradient(slot, below); });
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
    // Groups have formulas for the dtypes that their inputs have, which autocast changes on the way, and no history
    // behind the tensors of a batch.
    constexpr uint8_t kAsked = CallMode::kGradients | CallMode::kAutocast | CallMode::kBatched;
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
