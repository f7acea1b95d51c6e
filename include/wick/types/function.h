#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <wick/support/export.h>
#include <wick/support/intrusive_ptr.h>
#include <wick/types/schema.h>

namespace wick::jit {

struct Graph;

/// A compiled function or method of a program. The body is a Graph made by the front end; the runtime adds its Plan.
class WICK_API Function : public RefCounted {
 public:
    /// `define` compiles the body on first demand: it must set `schema` and `graph`. Functions that call each other
    /// are compiled in the order of demand; demanding the schema of one that is being compiled is recursion, a
    /// CompileError. A schema that is known before (set_schema) makes calls independent of the body.
    Function(std::string qualified_name, std::function<void(Function&)> define)
        : name_(std::move(qualified_name)), define_(std::move(define)) {}
    Function(std::string qualified_name, Schema schema, std::shared_ptr<Graph> graph);
    ~Function() override;

    /// "__torch__.M.forward".
    const std::string& qualified_name() const { return name_; }
    /// The part after the last dot.
    std::string name() const;
    const Schema& schema();
    const std::shared_ptr<Graph>& graph();
    /// Compiles now if that has not happened. Not for concurrent use: loading and compiling finish this first.
    void ensure_defined();

    void set_schema(Schema schema) {
        schema_ = std::move(schema);
        has_schema_ = true;
    }
    void set_graph(std::shared_ptr<Graph> graph);
    /// Ends the life of graph, schema and plan (all refer to types that own this function).
    void clear();

    /// The runtime's executable forms: for calls of which a backward pass wants a record, as the body of a piece that
    /// is recorded as one function, and for all others.
    enum class PlanKind : uint8_t { plain, recording, group };
    /// One of them, made once by `make` and then read without a lock.
    RefCounted* plan(PlanKind kind, IntrusivePtr<RefCounted> (*make)(Function&)) {
        RefCounted* plan = plans_[static_cast<size_t>(kind)].load(std::memory_order_acquire);
        return plan ? plan : make_plan(kind, make);
    }

 private:
    RefCounted* make_plan(PlanKind kind, IntrusivePtr<RefCounted> (*make)(Function&));

    enum class State : uint8_t { declared, defining, defined };
    std::string name_;
    std::function<void(Function&)> define_;
    State state_ = State::declared;
    bool has_schema_ = false;
    Schema schema_;
    std::shared_ptr<Graph> graph_;
    std::atomic<RefCounted*> plans_[3] = {};  ///< by PlanKind
    std::recursive_mutex plan_mutex_;         ///< making one may ask for the other
};

}  // namespace wick::jit
