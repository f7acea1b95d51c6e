#include "archive/pickle_calls.h"

#include <wick/support/check.h>
#include <wick/tensor/sparse_tensor.h>

#include "archive/pickle_globals.h"

namespace wick::archive {

using jit::TypePtr;

namespace {

/// A Python name on the stack, waiting to be called.
struct GlobalObject : RefCounted {
    GlobalObject(PickleGlobalEntry entry, std::string name, TypePtr type)
        : entry(entry), name(std::move(name)), type(std::move(type)) {}
    const PickleGlobalEntry entry;
    const std::string name;
    const TypePtr type;
};

/// What a persistent id leaves on the stack.
struct StorageObject : RefCounted {
    StorageObject(IntrusivePtr<Storage> storage, DType dtype) : storage(std::move(storage)), dtype(dtype) {}
    const IntrusivePtr<Storage> storage;
    const DType dtype;
};

const GlobalObject& expect_global(const IValue& value) {
    const auto* global = value.is_capsule() ? dynamic_cast<const GlobalObject*>(value.to_capsule()) : nullptr;
    WICK_CHECK(global, "a {} is called as if it were a function", value.tag_name());
    return *global;
}

const IValue& argument(const IValue& arguments, size_t i) {
    const auto& elements = arguments.to_tuple().elements;
    WICK_CHECK(i < elements.size(), "a call has {} arguments, too few", elements.size());
    return elements[i];
}
bool has_argument(const IValue& arguments, size_t i) { return i < arguments.to_tuple().elements.size(); }

/// The items of a list or tuple.
const std::vector<IValue>& items_of(const IValue& sequence) {
    return sequence.is_list() ? sequence.to_list().items : sequence.to_tuple().elements;
}

// Containers -----------------------------------------------------------------------------------------------------

IValue typed_list(const IValue& list, const TypePtr& element_type, IValue::Tag tag) {
    for (const IValue& item : list.to_list().items)
        WICK_CHECK(item.tag() == tag, "a {} in a list of {}", item.tag_name(), element_type->str());
    list.to_list().element_type = element_type;
    return list;
}

IValue ordered_dict(const IValue& arguments) {
    IValue dict = make_dict(jit::any_type(), jit::any_type());
    if (!has_argument(arguments, 0)) return dict;
    std::vector<IValue> items;
    for (const IValue& pair : argument(arguments, 0).to_list().items) {
        const auto& both = items_of(pair);
        WICK_CHECK(both.size() == 2, "an OrderedDict is made of pairs");
        items.insert(items.end(), both.begin(), both.end());
    }
    set_items(dict, std::move(items));
    return dict;
}

/// Hashing recurses into tuples, so those that are keys must be flat.
void check_key(const IValue& key) {
    WICK_CHECK(!key.is_capsule(), "a class or function cannot be a key");
    if (!key.is_tuple()) return;
    for (const IValue& element : key.to_tuple().elements)
        WICK_CHECK(!element.is_tuple(), "a nested tuple cannot be a key");
}

// Tensors --------------------------------------------------------------------------------------------------------

DimVector dimensions(const IValue& sizes) {
    constexpr size_t kMaxDimensions = 64;
    const auto& elements = items_of(sizes);
    WICK_CHECK(elements.size() <= kMaxDimensions, "a tensor of {} dimensions", elements.size());
    DimVector values;
    for (const IValue& element : elements) values.push_back(element.to_int());
    return values;
}

void set_requires_grad(const Tensor& tensor, bool requires_grad) {
    WICK_CHECK(tensor.defined(), "a parameter without a tensor");
    WICK_CHECK(!requires_grad || is_floating(tensor.dtype()) || is_complex(tensor.dtype()),
               "only tensors of floating point and complex dtype can require gradients");
    tensor.impl()->requires_grad = requires_grad;
}

Tensor parameter(const IValue& arguments) {
    const Tensor tensor = argument(arguments, 0).to_tensor();
    set_requires_grad(tensor, argument(arguments, 1).to_bool());
    return tensor;
}

/// The arguments with which a tensor of a Python class is rebuilt as a plain one.
const IValue& arguments_of_class(const IValue& arguments) {
    const GlobalObject& type = expect_global(argument(arguments, 1));
    WICK_CHECK(type.entry.kind == PickleGlobal::tensor_class, "tensors of class '{}' are not supported", type.name);
    const GlobalObject& inner = expect_global(argument(arguments, 0));
    WICK_CHECK(inner.entry.kind == PickleGlobal::rebuild_tensor_v2, "'{}' cannot rebuild a tensor", inner.name);
    return argument(arguments, 2);
}

// Small values ---------------------------------------------------------------------------------------------------

Device device(const IValue& arguments) {
    std::string text = argument(arguments, 0).to_string();
    if (has_argument(arguments, 1)) text += fmt::format(":{}", argument(arguments, 1).to_int());
    return Device::parse(text);
}

int64_t layout(const std::string& name) {
    const bool is_sparse = name == "torch.sparse_coo";
    WICK_CHECK(is_sparse || name == "torch.strided", "layout {} is not supported", name);
    return static_cast<int64_t>(is_sparse ? Layout::sparse : Layout::strided);
}

}  // namespace

void set_items(const IValue& dict, std::vector<IValue> items) {
    WICK_CHECK(dict.is_dict(), "items are set in a {}", dict.tag_name());
    WICK_CHECK(items.size() % 2 == 0, "a key of the dict has no value");
    for (size_t i = 0; i < items.size(); i += 2) {
        check_key(items[i]);
        dict.to_dict().set(std::move(items[i]), std::move(items[i + 1]));
    }
}

IValue PickleCalls::global(const std::string& module, const std::string& name) const {
    PickleGlobalEntry entry{PickleGlobal::script_class};
    const std::string qualified = module + "." + name;
    TypePtr type;
    if (!find_pickle_global(module, name, entry)) {
        const std::string_view why = why_pickle_global_is_refused(module, name);
        WICK_CHECK(why.empty(), "'{}': {}", qualified, why);
        // Script types live under __torch__; anything else is Python code that the file wants to be run.
        WICK_CHECK(options_.resolve_type && (module == "__torch__" || module.starts_with("__torch__.")),
                   "the global '{}' is not one that wick accepts", qualified);
        type = options_.resolve_type(qualified);
        WICK_CHECK(type, "the archive does not define the class '{}'", qualified);
    }
    if (entry.kind == PickleGlobal::dtype_object) return static_cast<int64_t>(entry.dtype);
    return IValue::capsule(make_intrusive<GlobalObject>(entry, qualified, std::move(type)));
}

IValue PickleCalls::storage(const IValue& id) {
    WICK_CHECK(argument(id, 0).to_string() == "storage", "unknown persistent id '{}'", argument(id, 0).to_string());
    const GlobalObject& type = expect_global(argument(id, 1));
    WICK_CHECK(type.entry.kind == PickleGlobal::storage_class, "'{}' is not a storage class", type.name);
    WICK_CHECK(!has_argument(id, 5) || argument(id, 5).is_none(), "storages that view others are not supported");
    const StorageKey key{argument(id, 2).to_string(), type.entry.dtype, argument(id, 3).to_string(),
                         argument(id, 4).to_int()};
    int64_t bytes = 0;
    WICK_CHECK(key.numel >= 0 && !__builtin_mul_overflow(key.numel, bytes_of(key.dtype), &bytes),
               "storage '{}' has {} elements", key.key, key.numel);
    WICK_CHECK(options_.read_storage, "a tensor where none may be");
    IntrusivePtr<Storage>& storage = storages_[key.key];
    if (!storage) storage = options_.read_storage(key);
    WICK_CHECK(storage->bytes() >= bytes, "storage '{}' should have {} bytes, but the archive holds {}", key.key, bytes,
               storage->bytes());
    return IValue::capsule(make_intrusive<StorageObject>(storage, key.dtype));
}

IValue PickleCalls::call(const IValue& callee, const IValue& arguments) {
    const GlobalObject& function = expect_global(callee);
    switch (function.entry.kind) {
        case PickleGlobal::build_intlist:
            return typed_list(argument(arguments, 0), jit::int_type(), IValue::Tag::Int);
        case PickleGlobal::build_doublelist:
            return typed_list(argument(arguments, 0), jit::float_type(), IValue::Tag::Double);
        case PickleGlobal::build_boollist:
            return typed_list(argument(arguments, 0), jit::bool_type(), IValue::Tag::Bool);
        case PickleGlobal::build_tensorlist:
            return typed_list(argument(arguments, 0), jit::tensor_type(), IValue::Tag::Tensor);
        case PickleGlobal::restore_type_tag:
            return tag(argument(arguments, 0), argument(arguments, 1).to_string());
        case PickleGlobal::rebuild_tensor:
            return rebuild_tensor(arguments, false);
        case PickleGlobal::rebuild_tensor_v2:
            return rebuild_tensor(arguments, true);
        case PickleGlobal::rebuild_sparse:
            return rebuild_sparse(arguments);
        case PickleGlobal::rebuild_parameter:
            return parameter(arguments);
        case PickleGlobal::rebuild_from_type:
            return rebuild_tensor(arguments_of_class(arguments), true);
        case PickleGlobal::ordered_dict:
            return ordered_dict(arguments);
        case PickleGlobal::size:
            return typed_list(make_list(jit::any_type(), items_of(argument(arguments, 0))), jit::int_type(),
                              IValue::Tag::Int);
        case PickleGlobal::device:
            return device(arguments);
        case PickleGlobal::complex:
            return std::complex<double>(argument(arguments, 0).to_double(), argument(arguments, 1).to_double());
        case PickleGlobal::get_layout:
            return layout(argument(arguments, 0).to_string());
        case PickleGlobal::script_class:
            // PyTorch calls the class with the bare value, not with a tuple of arguments.
            return object_or_enum(function.type, function.name, arguments);
        case PickleGlobal::tensor_class:
        case PickleGlobal::storage_class:
        case PickleGlobal::dtype_object:
            break;
    }
    throw OpError(fmt::format("'{}' cannot be called", function.name));
}

void PickleCalls::check_new(const IValue& callee, const IValue& arguments) const {
    WICK_CHECK(arguments.to_tuple().elements.empty(), "an object with constructor arguments");
    const GlobalObject& type = expect_global(callee);
    WICK_CHECK(type.entry.kind == PickleGlobal::script_class, "'{}' cannot be instantiated", type.name);
}

IValue PickleCalls::build(const IValue& target, IValue state) const {
    if (target.is_dict()) return target;  // attributes of a Python dict object: none of ours
    const GlobalObject& type = expect_global(target);
    WICK_CHECK(type.entry.kind == PickleGlobal::script_class && options_.make_object, "'{}' cannot be given a state",
               type.name);
    // The object is made from values that exist already, so it cannot contain itself; its shape is checked at the end.
    return options_.make_object(type.type, std::move(state));
}

/// Whether the contents fit the tag is checked once the whole value is there: value_types.h.
IValue PickleCalls::tag(const IValue& container, const std::string& annotation) {
    if (!options_.parse_type) return container;
    TypePtr& type = types_[annotation];
    if (!type) type = options_.parse_type(annotation);
    if (container.is_list() && type->is(jit::TypeKind::List)) {
        container.to_list().element_type = type->contained(0);
    } else if (container.is_dict() && type->is(jit::TypeKind::Dict)) {
        container.to_dict().key_type = type->contained(0);
        container.to_dict().value_type = type->contained(1);
    } else {
        throw OpError(fmt::format("a {} is tagged as {}", container.tag_name(), annotation));
    }
    return container;
}

IValue PickleCalls::object_or_enum(const TypePtr& type, const std::string& name, const IValue& argument) const {
    if (const auto* enum_type = type->cast<jit::EnumType>()) {
        for (size_t i = 0; i < enum_type->members().size(); ++i) {
            const IValue& value = enum_type->members()[i].second;
            if (value.tag() == argument.tag() && value.equals(argument)) return make_intrusive<EnumObject>(type, i);
        }
        throw OpError(fmt::format("'{}' has no member of this value", name));
    }
    WICK_CHECK(options_.make_object, "'{}' cannot be called", name);
    return options_.make_object(type, argument);
}

IValue PickleCalls::rebuild_tensor(const IValue& arguments, bool with_gradient) const {
    const IValue& first = argument(arguments, 0);
    const auto* storage = first.is_capsule() ? dynamic_cast<const StorageObject*>(first.to_capsule()) : nullptr;
    WICK_CHECK(storage, "a tensor is rebuilt from something that is no storage");
    const int64_t offset = argument(arguments, 1).to_int();
    const DimVector sizes = dimensions(argument(arguments, 2));
    const DimVector strides = dimensions(argument(arguments, 3));
    WICK_CHECK(sizes.size() == strides.size(), "a tensor has {} sizes but {} strides", sizes.size(), strides.size());
    checked_numel(sizes);
    check_in_bounds(sizes, strides, offset, bytes_of(storage->dtype), storage->storage->bytes());
    const Tensor tensor(make_intrusive<TensorImpl>(storage->storage, storage->dtype, sizes, strides, offset));
    if (with_gradient) set_requires_grad(tensor, argument(arguments, 4).to_bool());
    if (has_argument(arguments, 6) && argument(arguments, 6).is_dict()) {
        for (const auto& [key, value] : argument(arguments, 6).to_dict().items())
            WICK_CHECK(!value.is_bool() || !value.to_bool(), "lazily conjugated or negated tensors are not supported");
    }
    if (options_.on_tensor) options_.on_tensor(tensor);
    return tensor;
}

IValue PickleCalls::rebuild_sparse(const IValue& arguments) const {
    WICK_CHECK(argument(arguments, 0).to_int() == static_cast<int64_t>(Layout::sparse),
               "a sparse tensor of another layout than torch.sparse_coo");
    const IValue& parts = argument(arguments, 1);
    const Tensor indices = argument(parts, 0).to_tensor(), values = argument(parts, 1).to_tensor();
    WICK_CHECK(indices.defined() && values.defined(), "a sparse tensor without indices or values");
    const DimVector sizes = dimensions(argument(parts, 2));
    checked_numel(sizes);
    check_sparse_sizes(indices, values, sizes);
    const bool is_coalesced = has_argument(parts, 3) && argument(parts, 3).to_bool();
    const Tensor tensor = make_sparse(sizes, indices, values, is_coalesced);
    if (options_.on_tensor) options_.on_tensor(tensor);
    return tensor;
}

}  // namespace wick::archive
