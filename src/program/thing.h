#pragma once
// What a program's values can be besides IValues: functions, classes, modules under construction, namespaces, …
//
// The evaluator has one kind of value, the IValue. A Thing travels in it as a capsule, so that Python's lists, dicts
// and tuples hold things as they hold numbers.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <wick/types/ivalue.h>

#include "frontend/sugared_value.h"

namespace wick::jit {

class Session;

/// Arguments of a call.
struct Arguments {
    std::vector<IValue> positional;
    std::vector<std::pair<std::string, IValue>> keywords;

    /// The argument at a position; TypeError when fewer are given.
    const IValue& at(size_t position) const;
    /// The keyword argument of that name, or null.
    const IValue* keyword(std::string_view name) const;
    /// The argument at a position or under a name; null when it is not given.
    const IValue* find(size_t position, std::string_view name) const;
};

class Thing : public RefCounted {
 public:
    /// Python's name of the kind, for messages: "function", "module", "type".
    virtual std::string kind() const = 0;
    /// What repr() shows.
    virtual std::string repr(Session& session);
    /// thing.name; false when there is none.
    virtual bool attribute(Session& session, const std::string& name, IValue& out) { return false; }
    /// thing.name = value; TypeError where that is not possible.
    virtual void set_attribute(Session& session, const std::string& name, IValue value);
    virtual IValue call(Session& session, Arguments arguments);
    /// What the thing denotes in compiled code. CompileError where it means nothing there; NotCompilable where only the
    /// evaluator can deal with it.
    virtual SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range);
    /// The script type that an annotation with this thing means, or null.
    virtual TypePtr script_type(Session& session, const SourceRange& range) { return {}; }
    /// What `for` runs over; false when it is not iterable.
    virtual bool elements(Session& session, std::vector<IValue>& out) { return false; }

    IValue value() { return IValue::capsule(IntrusivePtr<RefCounted>(this)); }
};

/// The thing in a value, or null.
Thing* thing_of(const IValue& value);
template <class T>
T* thing_as(const IValue& value) {
    return dynamic_cast<T*>(thing_of(value));
}
/// Whether a thing is somewhere in the value.
bool holds_thing(const IValue& value);

/// Code that only the evaluator can run: it makes modules, takes functions as values, …. Whoever would compile it lets
/// the evaluator run it instead, if it can.
class NotCompilable : public CompileError {
 public:
    using CompileError::CompileError;
    explicit NotCompilable(const CompileError& error) : CompileError(error) {}
};

}  // namespace wick::jit
