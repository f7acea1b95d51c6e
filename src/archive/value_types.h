#pragma once
// Values against script types. The interpreter trusts static types, so nothing that a file says is believed before it
// was checked here.

#include <string>
#include <unordered_map>
#include <unordered_set>

#include <wick/types/ivalue.h>
#include <wick/types/type.h>

namespace wick::archive {

/// Checks that values have the types they must have, and completes what pickles leave out: element types of lists and
/// dicts, names of named tuples. One object checks the values of one archive: it remembers what it has seen, so shared
/// values cost nothing and cannot be given two types.
class TypeRestorer {
 public:
    /// Throws OpError that names `what` ("attribute 'weight' of __torch__.Linear") and both types.
    void restore(const IValue& value, const jit::TypePtr& type, const std::string& what);
    /// All attributes of an object but for those in `skip`.
    void restore_object(const ScriptObject& object);
    /// The object's attributes are not there yet (its __setstate__ has not run).
    void skip(const ScriptObject& object) { seen_.emplace(&object, nullptr); }

 private:
    /// False when the value cannot be of the type; completes it as it goes.
    bool fits(const IValue& value, const jit::Type& type);
    bool fits_list(ListObject& list, const jit::TypePtr& element_type);
    bool fits_dict(DictObject& dict, const jit::TypePtr& key_type, const jit::TypePtr& value_type);
    bool fits_tuple(TupleObject& tuple, const jit::Type& type);
    /// Without a type to go by, what the value itself says must be true.
    bool fits_its_own_type(const IValue& value);

    std::unordered_map<const RefCounted*, const jit::Type*> seen_;
};

}  // namespace wick::archive
