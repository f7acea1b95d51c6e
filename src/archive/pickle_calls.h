#pragma once
// What stands for Python's callables and persistent ids while a pickle is read, and what calling them gives: tensors
// over the storages of the archive, typed containers, objects of script classes.
//
// A mistake of the file is an OpError that says what is wrong; the unpickler says where.

#include <string>
#include <unordered_map>
#include <vector>

#include "archive/unpickler.h"

namespace wick::archive {

/// The callables of one pickle. They travel on its stack as capsules.
class PickleCalls {
 public:
    /// `options` must outlive the object.
    explicit PickleCalls(const UnpickleOptions& options) : options_(options) {}

    /// What the name stands for: a callable, or a dtype's number. Names outside of pickle_globals.h are script classes
    /// under __torch__ that options.resolve_type knows.
    IValue global(const std::string& module, const std::string& name) const;
    /// The storage behind a persistent id, ("storage", class, key, location, elements[, None]).
    IValue storage(const IValue& id);
    /// REDUCE: what `function` gives for a tuple of arguments.
    IValue call(const IValue& function, const IValue& arguments);
    /// NEWOBJ: only script classes are made so, without arguments; the instance itself comes with its state, at BUILD.
    void check_new(const IValue& function, const IValue& arguments) const;
    /// BUILD: the instance of a script class that has this state. Attributes of a dict are dropped.
    IValue build(const IValue& target, IValue state) const;

 private:
    IValue tag(const IValue& container, const std::string& annotation);
    IValue object_or_enum(const jit::TypePtr& type, const std::string& name, const IValue& argument) const;
    IValue rebuild_tensor(const IValue& arguments, bool with_gradient) const;
    IValue rebuild_sparse(const IValue& arguments) const;

    const UnpickleOptions& options_;
    std::unordered_map<std::string, jit::TypePtr> types_;              // by annotation
    std::unordered_map<std::string, IntrusivePtr<Storage>> storages_;  // by key
};

/// `items` are keys and values by turns.
void set_items(const IValue& dict, std::vector<IValue> items);

}  // namespace wick::archive
