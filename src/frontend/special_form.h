#pragma once
// Forms that the emitter treats itself, since their arguments are not all values.

#include <string>

#include "frontend/sugared_value.h"

namespace wick::jit {

/// The forms, and what PyTorch calls them.
#define WICK_FORALL_SPECIAL_FORMS(_)        \
    _(annotate, "annotate")                 \
    _(fork, "fork")                         \
    _(awaitable, "awaitable")               \
    _(rpc_sync, "rpc_sync")                 \
    _(rpc_async, "rpc_async")               \
    _(rpc_remote, "rpc_remote")             \
    _(getattr, "GetAttr")                   \
    _(hasattr, "HasAttr")                   \
    _(isinstance, "isinstance")             \
    _(list, "list")                         \
    _(dict, "dict")                         \
    _(tuple, "TupleConstruct")              \
    _(unchecked_cast, "unchecked_cast")     \
    _(uninitialized, "Uninitialized")       \
    _(create_object, "CreateObject")        \
    _(range, "range")                       \
    _(enumerate, "enumerate")               \
    _(zip, "zip")                           \
    _(slice, "Python slice class")          \
    _(super, "python value of type 'type'") \
    _(tolist, "tolist")                     \
    _(is_scripting, "builtin")

enum class SpecialForm {
#define _(name, kind) name,
    WICK_FORALL_SPECIAL_FORMS(_)
#undef _
};

class SpecialFormValue : public SugaredValue {
 public:
    explicit SpecialFormValue(SpecialForm form, TypePtr type = {}) : form(form), type(std::move(type)) {}
    std::string kind() const override;
    const SpecialForm form;
    /// The class of a create_object form.
    const TypePtr type;
};

/// slice(start, stop, step): what `start:stop:step` is in an index. Bounds that are left out are null.
class SliceValue : public SugaredValue {
 public:
    struct Bounds {
        Value* start = nullptr;
        Value* stop = nullptr;
        Value* step = nullptr;
    };
    explicit SliceValue(Bounds bounds) : bounds(bounds) {}
    std::string kind() const override { return "slice"; }
    const Bounds bounds;
};

}  // namespace wick::jit
