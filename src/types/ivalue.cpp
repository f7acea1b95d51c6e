#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>
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

static size_t hash_of_number(int64_t value) { return std::hash<int64_t>()(value); }
/// Whole numbers hash as ints do, since they are equal.
static size_t hash_of_number(double value) {
    const bool is_whole = value >= -0x1p63 && value < 0x1p63 && value == std::trunc(value);
    return is_whole ? hash_of_number(static_cast<int64_t>(value)) : std::hash<double>()(value);
}

size_t hash_of(const IValue& value) {
    switch (value.tag()) {
        case IValue::Tag::Bool:
            return hash_of_number(static_cast<int64_t>(value.to_bool()));
        case IValue::Tag::Int:
            return hash_of_number(value.to_int());
        case IValue::Tag::Double:
            return hash_of_number(value.to_double());
        case IValue::Tag::String:
            return std::hash<std::string>()(value.to_string());
        case IValue::Tag::Complex: {
            const std::complex<double> z = value.to_complex();
            return hash_of_number(z.real()) ^ (z.imag() == 0 ? 0 : hash_of_number(z.imag()) * 31);
        }
        case IValue::Tag::Device: {
            const Device device = value.to_device();
            return static_cast<size_t>(device.type) * 257 + static_cast<size_t>(device.index + 1);
        }
        case IValue::Tag::Enum:
            return std::hash<const void*>()(value.to_enum().type.get()) + value.to_enum().member;
        case IValue::Tag::Tuple: {
            size_t hash = 0x345678;
            for (const IValue& element : value.to_tuple().elements) hash = hash * 1000003 ^ hash_of(element);
            return hash;
        }
        case IValue::Tag::None:
            return 0;
        case IValue::Tag::Tensor:
        case IValue::Tag::Object:
            return std::hash<const void*>()(value.pointer());
        default:
            throw OpError(fmt::format("unhashable type: '{}'", value.type()->annotation_str()));
    }
}

/// Of a text; those of up to 16 bytes, which most keys are, are read as two words.
static uint64_t hash_of_text(std::string_view text) {
    const size_t size = text.size();
    uint64_t head = 0;
    uint64_t tail = 0;
    if (size > 16) return std::hash<std::string_view>()(text);
    if (size >= 8) {
        std::memcpy(&head, text.data(), 8);
        std::memcpy(&tail, text.data() + size - 8, 8);
    } else {
        for (const char c : text) head = head << 8 | static_cast<unsigned char>(c);
    }
    head = (head ^ size) * 0xff51afd7ed558ccdull;
    return (head ^ head >> 32) + tail * 0xc4ceb9fe1a85ec53ull;
}

/// As dicts use it: spread over all bits, of which the index takes the lower ones.
static uint32_t spread_hash(const IValue& key) {
    const uint64_t hash = key.is_string() ? hash_of_text(key.to_string()) : hash_of(key);
    return static_cast<uint32_t>((hash ^ hash >> 32) * 0x9e3779b97f4a7c15ull >> 32);
}

/// Most keys are numbers or strings of one type.
static bool same_key(const IValue& a, const IValue& b) {
    if (a.is_int() && b.is_int()) return a.to_int() == b.to_int();
    if (a.is_string() && b.is_string()) return a.pointer() == b.pointer() || a.to_string() == b.to_string();
    return a.equals(b);
}

size_t DictObject::slot_of(const IValue& key, uint32_t hash) const {
    // Linear probing; the table is a power of two and at most half full, so an empty slot ends every search.
    const size_t mask = index_.size() - 1;
    size_t slot = hash & mask;
    while (index_[slot] >= 0) {
        const Entry& entry = entries_[index_[slot]];
        if (entry.hash == hash && entry.alive && same_key(entry.key, key)) break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

void DictObject::rehash() {
    std::erase_if(entries_, [](const Entry& entry) { return !entry.alive; });
    const size_t slots = std::bit_ceil(std::max<size_t>(8, entries_.size() * 4));
    // The index is at most half full.
    check_memory(static_cast<int64_t>(slots * sizeof(int32_t) + slots / 2 * sizeof(Entry)));
    index_.assign(slots, -1);
    for (size_t i = 0; i < entries_.size(); ++i) {
        // All keys differ: the next empty slot is the one.
        size_t slot = entries_[i].hash & (slots - 1);
        while (index_[slot] >= 0) slot = (slot + 1) & (slots - 1);
        index_[slot] = static_cast<int32_t>(i);
    }
}

IValue* DictObject::find(const IValue& key) {
    if (alive_ == 0) return nullptr;
    const int32_t at = index_[slot_of(key, spread_hash(key))];
    return at < 0 ? nullptr : &entries_[at].value;
}

void DictObject::set(IValue key, IValue value) {
    const uint32_t hash = spread_hash(key);
    if ((entries_.size() + 1) * 2 > index_.size()) rehash();
    const size_t slot = slot_of(key, hash);
    if (index_[slot] >= 0) {
        entries_[index_[slot]].value = std::move(value);
        return;
    }
    WICK_CHECK(entries_.size() < INT32_MAX, "dict is too large");
    index_[slot] = static_cast<int32_t>(entries_.size());
    entries_.push_back({std::move(key), std::move(value), hash});
    ++alive_;
}

bool DictObject::erase(const IValue& key) {
    if (alive_ == 0) return false;
    const int32_t at = index_[slot_of(key, spread_hash(key))];
    if (at < 0) return false;
    entries_[at] = Entry{IValue(), IValue(), 0, false};
    --alive_;
    return true;
}

void DictObject::clear() {
    entries_.clear();
    index_.clear();
    alive_ = 0;
}

std::vector<std::pair<IValue, IValue>> DictObject::items() const {
    std::vector<std::pair<IValue, IValue>> list;
    for (const Entry& entry : entries_) {
        if (entry.alive) list.emplace_back(entry.key, entry.value);
    }
    return list;
}

ScriptObject::ScriptObject(jit::ClassTypePtr type_) : type(std::move(type_)), slots_(type->attributes().size()) {}

const IValue& ScriptObject::missing(size_t number) const {
    throw OpError(fmt::format("{} has no attribute number {}", type->name(), number));
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

FutureObject::~FutureObject() = default;

void FutureObject::finish(int state) {
    state_.store(state, std::memory_order_release);
    state_.notify_all();
}

void FutureObject::set_value(IValue value) {
    value_ = std::move(value);
    finish(kValue);
}

void FutureObject::set_error(std::exception_ptr error) {
    error_ = std::move(error);
    finish(kError);
}

void FutureObject::set_task(std::function<void()> task) {
    task_ = std::move(task);
    has_task_ = true;
}

namespace {

/// The tasks that run on this thread, the innermost first.
struct RunningTask {
    const FutureObject* future;
    const RunningTask* outer;
};
thread_local const RunningTask* t_running = nullptr;

bool runs_here(const FutureObject* future) {
    for (const RunningTask* task = t_running; task; task = task->outer) {
        if (task->future == future) return true;
    }
    return false;
}

}  // namespace

void FutureObject::run_task() {
    int expected = kPending;
    // Whoever claims the task empties task_, so only has_task_ may be read before.
    if (!has_task_ || !state_.compare_exchange_strong(expected, kRunning, std::memory_order_acq_rel)) return;
    const RunningTask running{this, t_running};
    t_running = &running;
    std::exchange(task_, {})();
    t_running = running.outer;
}

void FutureObject::complete() {
    run_task();
    if (!completed()) WICK_CHECK(!runs_here(this), "a task waits for its own result");
    // Tasks that wait for each other never end: who can be stopped looks up from time to time.
    std::chrono::microseconds pause{20};
    for (int state; (state = state_.load(std::memory_order_acquire)) < kValue;) {
        if (!StopCheckGuard::current()) {
            state_.wait(state, std::memory_order_acquire);
            continue;
        }
        check_stop();
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, std::chrono::microseconds(2000));
    }
}

const IValue& FutureObject::wait() {
    complete();
    if (error_) std::rethrow_exception(error_);
    // Who can reach the future can reach the value.
    if (is_shared()) share(value_);
    return value_;
}

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
