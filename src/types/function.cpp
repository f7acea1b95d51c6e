#include <wick/support/check.h>
#include <wick/types/function.h>

namespace wick::jit {

Function::Function(std::string qualified_name, Schema schema, std::shared_ptr<Graph> graph)
    : name_(std::move(qualified_name)),
      state_(State::defined),
      has_schema_(true),
      schema_(std::move(schema)),
      graph_(std::move(graph)) {}

Function::~Function() { clear(); }

std::string Function::name() const { return name_.substr(name_.rfind('.') + 1); }

void Function::ensure_defined() {
    if (state_ == State::defined) return;
    if (state_ == State::defining)
        throw CompileError(
            fmt::format("function '{}' is called recursively. Recursive calls are not supported", name()));
    state_ = State::defining;
    try {
        define_(*this);
    } catch (...) {
        state_ = State::declared;
        throw;
    }
    state_ = State::defined;
    define_ = nullptr;
}

const Schema& Function::schema() {
    if (!has_schema_) ensure_defined();
    return schema_;
}

const std::shared_ptr<Graph>& Function::graph() {
    ensure_defined();
    return graph_;
}

void Function::set_graph(std::shared_ptr<Graph> graph) { graph_ = std::move(graph); }

void Function::clear() {
    graph_.reset();
    schema_ = Schema();
    define_ = nullptr;
    for (std::atomic<RefCounted*>& slot : plans_)
        if (RefCounted* plan = slot.exchange(nullptr)) plan->release();
}

RefCounted* Function::make_plan(PlanKind kind, IntrusivePtr<RefCounted> (*make)(Function&)) {
    std::lock_guard lock(plan_mutex_);
    std::atomic<RefCounted*>& slot = plans_[static_cast<size_t>(kind)];
    if (RefCounted* plan = slot.load(std::memory_order_acquire)) return plan;
    RefCounted* made = make(*this).detach();
    slot.store(made, std::memory_order_release);
    return made;
}

}  // namespace wick::jit
