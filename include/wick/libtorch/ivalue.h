#pragma once
// torch::IValue over wick's: what libtorch has of it beyond the spelling of names (wick/libtorch.h).

#include <string>
#include <utility>
#include <vector>

#include <wick/libtorch/containers.h>

namespace wick::libtorch {

class IValue;

/// c10::ivalue::Tuple.
class Tuple : public RefCounted {
 public:
    explicit Tuple(IntrusivePtr<TupleObject> object) : object_(std::move(object)) {}
    static IntrusivePtr<Tuple> create(std::vector<IValue> elements);
    template <class... T>
    static IntrusivePtr<Tuple> create(const T&... elements);
    /// A copy of them.
    std::vector<IValue> elements() const;
    size_t size() const { return object_->elements.size(); }
    const IntrusivePtr<TupleObject>& object() const { return object_; }

 private:
    IntrusivePtr<TupleObject> object_;
};

/// An object of a class of a program.
class Object : public RefCounted {
 public:
    explicit Object(IntrusivePtr<ScriptObject> object) : object_(std::move(object)) {}
    IValue getAttr(const std::string& name) const;
    void setAttr(const std::string& name, const wick::IValue& value) { object_->set_attr(name, value); }

 private:
    IntrusivePtr<ScriptObject> object_;
};

class IValue : public wick::IValue {
 public:
    using wick::IValue::IValue;
    IValue() = default;
    IValue(const wick::IValue& value) : wick::IValue(value) {}
    IValue(wick::IValue&& value) : wick::IValue(std::move(value)) {}
    IValue(float value) : wick::IValue(static_cast<double>(value)) {}
    IValue(const IntrusivePtr<Tuple>& tuple) : wick::IValue(tuple->object()) {}
    /// Lists, dicts, maps, vectors, tuples and optional values.
    template <class T>
    requires(!std::constructible_from<wick::IValue, T> && requires(const T& value) { Convert<T>::to(value); })
        IValue(const T& value)
        : wick::IValue(to_value(value)) {}

    template <class T>
    T to() const {
        return from_value<T>(*this);
    }

    bool isScalar() const { return is_scalar(); }
    bool isDevice() const { return is_device(); }
    bool isObject() const { return is_object(); }
    bool isModule() const { return is_object(); }
    bool isGenericDict() const { return is_dict(); }
    bool isComplexDouble() const { return is_complex(); }
    bool isTensorList() const { return is_list_of(jit::TypeKind::Tensor); }
    bool isIntList() const { return is_list_of(jit::TypeKind::Int); }
    bool isDoubleList() const { return is_list_of(jit::TypeKind::Float); }
    bool isBoolList() const { return is_list_of(jit::TypeKind::Bool); }

    Scalar toScalar() const { return to_scalar(); }
    Device toDevice() const { return to_device(); }
    std::complex<double> toComplexDouble() const { return to_complex(); }
    std::string_view toStringView() const { return to_string(); }
    IntrusivePtr<Tuple> toTuple() const { return make_intrusive<Tuple>(IntrusivePtr<TupleObject>(&to_tuple())); }
    Tuple toTupleRef() const { return Tuple(IntrusivePtr<TupleObject>(&to_tuple())); }
    IntrusivePtr<Object> toObject() const { return make_intrusive<Object>(IntrusivePtr<ScriptObject>(&to_object())); }
    List<IValue> toList() const { return to<List<IValue>>(); }
    List<Tensor> toTensorList() const { return to<List<Tensor>>(); }
    List<int64_t> toIntList() const { return to<List<int64_t>>(); }
    List<double> toDoubleList() const { return to<List<double>>(); }
    List<bool> toBoolList() const { return to<List<bool>>(); }
    /// A copy of what is in a list.
    std::vector<IValue> toListRef() const { return toList().vec(); }
    Dict<IValue, IValue> toGenericDict() const { return to<Dict<IValue, IValue>>(); }
    std::string tagKind() const { return std::string(tag_name()); }
    bool is(const IValue& other) const { return is_same(other); }

 private:
    bool is_list_of(jit::TypeKind kind) const { return is_list() && to_list().element_type->is(kind); }
};

inline IntrusivePtr<Tuple> Tuple::create(std::vector<IValue> elements) {
    return make_intrusive<Tuple>(make_tuple(std::vector<wick::IValue>(elements.begin(), elements.end())));
}
template <class... T>
IntrusivePtr<Tuple> Tuple::create(const T&... elements) {
    return create(std::vector<IValue>{IValue(elements)...});
}
inline std::vector<IValue> Tuple::elements() const {
    return std::vector<IValue>(object_->elements.begin(), object_->elements.end());
}
inline IValue Object::getAttr(const std::string& name) const { return object_->attr(name); }

}  // namespace wick::libtorch
