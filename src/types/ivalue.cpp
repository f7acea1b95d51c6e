#include <algorithm>
#include <cmath>
#include <utility>

#include <wick/support/check.h>
#include <wick/support/stop_check.h>
#include <wick/tensor/generator.h>
#include <wick/types/function.h>
#include <wick/types/ivalue.h>
#include <wick/types/rref.h>

namespace wick {

using jit::TypePtr;

static constexpr std::string_view kTagNames[] = {"None",   "bool",   "int",   "float",    "Device", "complex",
                                                 "Tensor", "str",    "List",  "Dict",     "Tuple",  "Object",
                                                 "Enum",   "Future", "Await", "Function", "Capsule"};

std::string_view IValue::tag_name() const { return kTagNames[static_cast<size_t>(tag_)]; }

void IValue::fail(Tag expected) const {
    throw OpError(fmt::format("Expected {} but got {}", kTagNames[static_cast<size_t>(expected)], tag_name()));
}

// A pointer payload takes over the reference that its owner held.
#define WICK_POINTER_CONSTRUCTOR(Pointer, TAG)                        \
    IValue::IValue(IntrusivePtr<Pointer> value) noexcept : IValue() { \
        if (!value) return;                                           \
        payload_.pointer = value.detach();                            \
        tag_ = Tag::TAG;                                              \
    }
WICK_POINTER_CONSTRUCTOR(StringObject, String)
WICK_POINTER_CONSTRUCTOR(ListObject, List)
WICK_POINTER_CONSTRUCTOR(DictObject, Dict)
WICK_POINTER_CONSTRUCTOR(TupleObject, Tuple)
WICK_POINTER_CONSTRUCTOR(ScriptObject, Object)
WICK_POINTER_CONSTRUCTOR(EnumObject, Enum)
WICK_POINTER_CONSTRUCTOR(FutureObject, Future)
WICK_POINTER_CONSTRUCTOR(jit::Function, Function)
#undef WICK_POINTER_CONSTRUCTOR

IValue IValue::awaitable(IntrusivePtr<FutureObject> value) noexcept {
    IValue result(std::move(value));
    if (result.is_future()) result.tag_ = Tag::Await;
    return result;
}

IValue IValue::capsule(IntrusivePtr<RefCounted> value) {
    IValue result;
    result.payload_.pointer = value.detach();
    result.tag_ = Tag::Capsule;
    return result;
}

IValue::IValue(std::complex<double> value) : IValue() {
    payload_.pointer = make_intrusive<ComplexObject>(value).detach();
    tag_ = Tag::Complex;
}

IValue::IValue(const Scalar& value) : IValue() {
    if (value.is_bool()) {
        *this = IValue(value.to_bool());
    } else if (value.is_integral()) {
        *this = IValue(value.to_int());
    } else if (value.is_floating()) {
        *this = IValue(value.to_double());
    } else {
        *this = IValue(value.to_complex());
    }
}

IValue::IValue(Tensor value) noexcept : IValue() {
    if (!value.defined()) return;
    IntrusivePtr<TensorImpl> impl = value.impl_ptr();
    payload_.pointer = impl.detach();
    tag_ = Tag::Tensor;
}

IValue::IValue(std::string value) : IValue(make_intrusive<StringObject>(std::move(value))) {}
IValue::IValue(std::string_view value) : IValue(make_intrusive<StringObject>(value)) {}

template <class Range>
static IValue list_of(const TypePtr& element, const Range& values) {
    auto list = make_list(element);
    list->items.reserve(values.size());
    for (const auto& value : values) list->items.emplace_back(value);
    return list;
}

IValue::IValue(const std::vector<int64_t>& values) : IValue(list_of(jit::int_type(), values)) {}
IValue::IValue(const std::vector<double>& values) : IValue(list_of(jit::float_type(), values)) {}
IValue::IValue(const std::vector<Tensor>& values) : IValue(list_of(jit::tensor_type(), values)) {}
IValue::IValue(const std::vector<std::string>& values) : IValue(list_of(jit::string_type(), values)) {}
IValue::IValue(const std::vector<bool>& values) : IValue() {
    auto list = make_list(jit::bool_type());
    for (bool value : values) list->items.emplace_back(value);
    *this = IValue(std::move(list));
}

std::complex<double> IValue::to_complex() const {
    expect(Tag::Complex);
    return static_cast<const ComplexObject*>(payload_.pointer)->value;
}

Scalar IValue::to_scalar() const {
    switch (tag_) {
        case Tag::Bool:
            return Scalar(payload_.integer != 0);
        case Tag::Int:
            return Scalar(payload_.integer);
        case Tag::Double:
            return Scalar(payload_.real);
        case Tag::Complex:
            return Scalar(to_complex());
        default:
            throw OpError(fmt::format("Expected a number but got {}", tag_name()));
    }
}

Tensor IValue::to_tensor() const { return is_none() ? Tensor() : tensor_ref(); }

std::string* IValue::unshared_string() {
    if (tag_ != Tag::String || payload_.pointer->use_count() != 1) return nullptr;
    return &static_cast<StringObject*>(payload_.pointer)->value;
}

jit::Function& IValue::to_function() const {
    expect(Tag::Function);
    return *static_cast<jit::Function*>(payload_.pointer);
}

std::vector<int64_t> IValue::to_int_vector() const {
    const SharedRead guard(to_list());
    std::vector<int64_t> out;
    for (const IValue& item : to_list().items) out.push_back(item.to_int());
    return out;
}

std::vector<double> IValue::to_double_vector() const {
    const SharedRead guard(to_list());
    std::vector<double> out;
    for (const IValue& item : to_list().items) out.push_back(item.to_scalar().to_double());
    return out;
}

std::vector<Tensor> IValue::to_tensor_vector() const {
    const SharedRead guard(to_list());
    std::vector<Tensor> out;
    const std::vector<IValue>& items = to_list().items;
    out.reserve(items.size());
    for (const IValue& item : items) out.push_back(item.to_tensor());
    return out;
}

bool IValue::is_same(const IValue& other) const {
    if (tag_ != other.tag_) return false;
    if (tag_ == Tag::String || tag_ == Tag::Complex || tag_ == Tag::Enum) return equals(other);
    if (is_pointer()) return payload_.pointer == other.payload_.pointer;
    return equals(other);
}

/// Exact, as in Python: a large int is not rounded before it is compared with a float.
static bool same_real(const Scalar& a, const Scalar& b) {
    if (a.is_integral() && b.is_integral()) return a.to_int() == b.to_int();
    if (a.is_floating() && b.is_floating()) return a.to_double() == b.to_double();
    if (a.is_integral()) return same_real(b, a);
    const double real = a.to_double();
    return real >= -0x1p63 && real < 0x1p63 && real == std::trunc(real) && static_cast<int64_t>(real) == b.to_int();
}

static bool same_complex(const Scalar& a, const Scalar& b) {
    const auto real_of = [](const Scalar& s) { return s.is_complex() ? Scalar(s.to_complex().real()) : s; };
    return a.to_complex().imag() == b.to_complex().imag() && same_real(real_of(a), real_of(b));
}

static bool all_equal(const std::vector<IValue>& a, const std::vector<IValue>& b) {
    // Values that share their parts may take very long to compare.
    check_stop();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const IValue& x, const IValue& y) { return x.equals(y); });
}

bool IValue::equals(const IValue& other) const {
    if (tag_ != other.tag_) {
        if (is_scalar() && other.is_scalar()) {
            if (is_complex() || other.is_complex()) return same_complex(to_scalar(), other.to_scalar());
            return same_real(to_scalar(), other.to_scalar());
        }
        return false;
    }
    switch (tag_) {
        case Tag::None:
            return true;
        case Tag::Bool:
        case Tag::Int:
            return payload_.integer == other.payload_.integer;
        case Tag::Double:
            return payload_.real == other.payload_.real;
        case Tag::Device:
            return payload_.device == other.payload_.device;
        case Tag::Complex:
            return to_complex() == other.to_complex();
        case Tag::String:
            return to_string() == other.to_string();
        case Tag::Enum:
            return to_enum().type == other.to_enum().type && to_enum().member == other.to_enum().member;
        case Tag::List:
            return all_equal(snapshot(to_list())->items, snapshot(other.to_list())->items);
        case Tag::Tuple:
            return all_equal(to_tuple().elements, other.to_tuple().elements);
        case Tag::Dict: {
            const auto a = snapshot(to_dict());
            const auto b = snapshot(other.to_dict());
            if (a->size() != b->size()) return false;
            for (const DictObject::Entry& entry : a->entries()) {
                if (!entry.alive) continue;
                const IValue* value = b->find(entry.key);
                if (!value || !value->equals(entry.value)) return false;
            }
            return true;
        }
        default:
            return payload_.pointer == other.payload_.pointer;
    }
}

TypePtr IValue::type() const {
    using namespace jit;
    switch (tag_) {
        case Tag::None:
            return none_type();
        case Tag::Bool:
            return bool_type();
        case Tag::Int:
            return int_type();
        case Tag::Double:
            return float_type();
        case Tag::Device:
            return device_type();
        case Tag::Complex:
            return complex_type();
        case Tag::Tensor:
            return tensor_type();
        case Tag::String:
            return string_type();
        case Tag::List:
            return list_type(to_list().element_type);
        case Tag::Dict:
            return dict_type(to_dict().key_type, to_dict().value_type);
        case Tag::Tuple: {
            const TupleObject& tuple = to_tuple();
            if (tuple.named_type) return tuple.named_type;
            std::vector<TypePtr> types;
            for (const IValue& element : tuple.elements) types.push_back(element.type());
            return tuple_type(std::move(types));
        }
        case Tag::Object:
            return to_object().type;
        case Tag::Enum:
            return to_enum().type;
        case Tag::Future:
            return future_type(to_future().element_type);
        case Tag::Await:
            return await_type(to_await().element_type);
        case Tag::Function:
            return simple_type(TypeKind::Function);
        case Tag::Capsule:
            if (const auto* reference = dynamic_cast<const RRefObject*>(payload_.pointer))
                return rref_type(reference->element_type);
            return simple_type(dynamic_cast<const GeneratorImpl*>(payload_.pointer) ? TypeKind::Generator
                                                                                    : TypeKind::Capsule);
    }
    __builtin_unreachable();
}

TypePtr common_type(const std::vector<IValue>& values) {
    TypePtr type;
    for (const IValue& value : values) {
        TypePtr next = value.type();
        if (type && !type->equals(*next)) return {};
        type = std::move(next);
    }
    return type;
}

const IValue& ScriptObject::missing(size_t number) const {
    throw OpError(fmt::format("{} has no attribute number {}", type->name(), number));
}

IValue ScriptObject::slot_at(std::span<const int32_t> path) const {
    if (path.size() == 1) return slot(static_cast<size_t>(path[0]));
    // What hangs on a shared object is shared too, and one that is not may hold one that is.
    const SharedRead guard(true);
    return slot_in_guard(path);
}

void ScriptObject::share_with(const IValue& value) { share(value); }

IValue ScriptObject::attr(std::string_view name) const {
    const int64_t number = type->find_attribute(name);
    WICK_CHECK(number >= 0, "{} does not have a field with name '{}'", type->name(), name);
    return slot(static_cast<size_t>(number));
}

void ScriptObject::set_attr(std::string_view name, IValue value) {
    const int64_t number = type->find_attribute(name);
    WICK_CHECK(number >= 0, "{} does not have a field with name '{}'", type->name(), name);
    if (const SharedWrite guard(*this); slots_.size() <= static_cast<size_t>(number)) slots_.resize(number + 1);
    set_slot(static_cast<size_t>(number), std::move(value));
}

const std::string& EnumObject::name() const { return type->expect<jit::EnumType>().members()[member].first; }
const IValue& EnumObject::value() const { return type->expect<jit::EnumType>().members()[member].second; }

IntrusivePtr<ListObject> make_list(TypePtr element_type, std::vector<IValue> items) {
    return make_intrusive<ListObject>(std::move(element_type), std::move(items));
}
IntrusivePtr<TupleObject> make_tuple(std::vector<IValue> elements, TypePtr named_type) {
    return make_intrusive<TupleObject>(std::move(elements), std::move(named_type));
}
IntrusivePtr<DictObject> make_dict(TypePtr key_type, TypePtr value_type) {
    return make_intrusive<DictObject>(std::move(key_type), std::move(value_type));
}

}  // namespace wick
