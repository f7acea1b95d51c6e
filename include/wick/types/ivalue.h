#pragma once
// IValue: any value of a TorchScript program. Sixteen bytes: a tag and a number, or a pointer to a shared object.

#include <atomic>
#include <complex>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wick/support/export.h>
#include <wick/support/intrusive_ptr.h>
#include <wick/support/shared_state.h>
#include <wick/tensor/tensor.h>
#include <wick/types/type.h>

namespace wick {

class StringObject;
class ListObject;
class DictObject;
class TupleObject;
class ScriptObject;
class EnumObject;
class FutureObject;

class WICK_API IValue {
 public:
    enum class Tag : uint8_t {
        None,
        Bool,
        Int,
        Double,
        Device,
        // From here on the payload is a counted pointer.
        Complex,
        Tensor,
        String,
        List,
        Dict,
        Tuple,
        Object,
        Enum,
        Future,
        Await,
        Function,
        Capsule,
    };

    IValue() noexcept : tag_(Tag::None) {}
    IValue(std::nullptr_t) noexcept : IValue() {}
    IValue(bool value) noexcept : tag_(Tag::Bool) { payload_.integer = value; }
    IValue(int value) noexcept : IValue(static_cast<int64_t>(value)) {}
    IValue(int64_t value) noexcept : tag_(Tag::Int) { payload_.integer = value; }
    IValue(double value) noexcept : tag_(Tag::Double) { payload_.real = value; }
    IValue(Device value) noexcept : tag_(Tag::Device) {
        payload_.integer = 0;
        payload_.device = value;
    }
    IValue(std::complex<double> value);
    IValue(const Scalar& value);
    /// An undefined tensor becomes None.
    IValue(Tensor value) noexcept;
    IValue(std::string value);
    IValue(std::string_view value);
    IValue(const char* value) : IValue(std::string_view(value)) {}
    IValue(IntrusivePtr<StringObject> value) noexcept;
    IValue(IntrusivePtr<ListObject> value) noexcept;
    IValue(IntrusivePtr<DictObject> value) noexcept;
    IValue(IntrusivePtr<TupleObject> value) noexcept;
    IValue(IntrusivePtr<ScriptObject> value) noexcept;
    IValue(IntrusivePtr<EnumObject> value) noexcept;
    IValue(IntrusivePtr<FutureObject> value) noexcept;
    IValue(IntrusivePtr<jit::Function> value) noexcept;
    /// The value of torch.jit._awaitable: a task that nobody begins before it is waited for.
    static IValue awaitable(IntrusivePtr<FutureObject> value) noexcept;
    static IValue capsule(IntrusivePtr<RefCounted> value);
    // Lists of the common element types.
    IValue(const std::vector<int64_t>& values);
    IValue(const std::vector<double>& values);
    IValue(const std::vector<bool>& values);
    IValue(const std::vector<Tensor>& values);
    IValue(const std::vector<std::string>& values);
    /// No other pointer turns silently into a bool.
    template <class T>
    IValue(T*) = delete;

    IValue(const IValue& other) noexcept : payload_(other.payload_), tag_(other.tag_) { retain(); }
    IValue(IValue&& other) noexcept : payload_(other.payload_), tag_(other.tag_) { other.tag_ = Tag::None; }
    IValue& operator=(const IValue& other) noexcept {
        IValue copy(other);
        swap(copy);
        return *this;
    }
    IValue& operator=(IValue&& other) noexcept {
        IValue moved(std::move(other));
        swap(moved);
        return *this;
    }
    ~IValue() {
        if (is_pointer()) payload_.pointer->release();
    }
    void swap(IValue& other) noexcept {
        std::swap(payload_, other.payload_);
        std::swap(tag_, other.tag_);
    }

    Tag tag() const { return tag_; }
    bool is_none() const { return tag_ == Tag::None; }
    bool is_bool() const { return tag_ == Tag::Bool; }
    bool is_int() const { return tag_ == Tag::Int; }
    bool is_double() const { return tag_ == Tag::Double; }
    bool is_complex() const { return tag_ == Tag::Complex; }
    /// int, float, complex or bool.
    bool is_scalar() const { return is_int() || is_double() || is_bool() || is_complex(); }
    bool is_device() const { return tag_ == Tag::Device; }
    bool is_tensor() const { return tag_ == Tag::Tensor; }
    bool is_string() const { return tag_ == Tag::String; }
    bool is_list() const { return tag_ == Tag::List; }
    bool is_dict() const { return tag_ == Tag::Dict; }
    bool is_tuple() const { return tag_ == Tag::Tuple; }
    bool is_object() const { return tag_ == Tag::Object; }
    bool is_enum() const { return tag_ == Tag::Enum; }
    bool is_future() const { return tag_ == Tag::Future; }
    bool is_await() const { return tag_ == Tag::Await; }
    bool is_function() const { return tag_ == Tag::Function; }
    bool is_capsule() const { return tag_ == Tag::Capsule; }
    bool is_pointer() const { return tag_ >= Tag::Complex; }

    // Checked access: OpError "Expected int but got Tensor" when the tag differs.
    bool to_bool() const { return expect(Tag::Bool), payload_.integer != 0; }
    int64_t to_int() const { return expect(Tag::Int), payload_.integer; }
    double to_double() const { return expect(Tag::Double), payload_.real; }
    std::complex<double> to_complex() const;
    Device to_device() const { return expect(Tag::Device), payload_.device; }
    /// Any number or bool.
    Scalar to_scalar() const;
    /// None gives an undefined tensor.
    Tensor to_tensor() const;
    /// The tensor without counting a reference; the IValue must outlive its use.
    const Tensor& tensor_ref() const;
    const std::string& to_string() const;
    /// The text of a string that nobody else holds, to be changed in place; null for any other.
    std::string* unshared_string();
    ListObject& to_list() const { return expect(Tag::List), *reinterpret_cast<ListObject*>(payload_.pointer); }
    DictObject& to_dict() const { return expect(Tag::Dict), *reinterpret_cast<DictObject*>(payload_.pointer); }
    TupleObject& to_tuple() const { return expect(Tag::Tuple), *reinterpret_cast<TupleObject*>(payload_.pointer); }
    ScriptObject& to_object() const { return expect(Tag::Object), *reinterpret_cast<ScriptObject*>(payload_.pointer); }
    EnumObject& to_enum() const { return expect(Tag::Enum), *reinterpret_cast<EnumObject*>(payload_.pointer); }
    FutureObject& to_future() const { return expect(Tag::Future), *reinterpret_cast<FutureObject*>(payload_.pointer); }
    FutureObject& to_await() const { return expect(Tag::Await), *reinterpret_cast<FutureObject*>(payload_.pointer); }
    jit::Function& to_function() const;
    RefCounted* to_capsule() const { return expect(Tag::Capsule), payload_.pointer; }
    /// The counted object behind a pointer tag (identity comparison, memo tables), or null.
    const RefCounted* pointer() const { return is_pointer() ? payload_.pointer : nullptr; }

    // Copies out of lists; OpError when an element has another type.
    std::vector<int64_t> to_int_vector() const;
    std::vector<double> to_double_vector() const;
    std::vector<Tensor> to_tensor_vector() const;

    /// Python's `is`: same object, or equal plain numbers/None.
    bool is_same(const IValue& other) const;
    /// Python's `==` on numbers, strings, lists, tuples, dicts, enums, devices, None; tensors compare by identity here.
    bool equals(const IValue& other) const;
    /// The most precise script type of the value.
    jit::TypePtr type() const;
    /// "int", "Tensor", …, for messages.
    std::string_view tag_name() const;

 private:
    void retain() const noexcept {
        if (is_pointer()) payload_.pointer->retain();
    }
    void expect(Tag tag) const {
        if (tag_ != tag) [[unlikely]]
            fail(tag);
    }
    [[noreturn]] void fail(Tag expected) const;

    union Payload {
        Payload() : integer(0) {}
        int64_t integer;
        double real;
        Device device;
        RefCounted* pointer;
    } payload_;
    Tag tag_;
};

class WICK_API ComplexObject : public RefCounted {
 public:
    explicit ComplexObject(std::complex<double> value) : value(value) {}
    const std::complex<double> value;
};

class WICK_API StringObject : public RefCounted {
 public:
    StringObject() = default;
    explicit StringObject(std::string_view value) : value(value) {}
    explicit StringObject(std::string&& value) : value(std::move(value)) {}
    /// Changed in place only while one value holds it (IValue::unshared_string).
    std::string value;
};

/// List[T]: shared by reference, as in Python.
class WICK_API ListObject : public RefCounted {
 public:
    explicit ListObject(jit::TypePtr element_type, std::vector<IValue> items = {})
        : element_type(std::move(element_type)), items(std::move(items)) {}
    jit::TypePtr element_type;
    std::vector<IValue> items;
};

/// Dict[K, V] in insertion order. Keys: int, float, complex, bool, str, enum, device; tensors by identity.
class WICK_API DictObject : public RefCounted {
 public:
    struct Entry {
        IValue key;
        IValue value;
        uint32_t hash = 0;  ///< of the key, as the index uses it
        bool alive = true;
    };
    DictObject(jit::TypePtr key_type, jit::TypePtr value_type)
        : key_type(std::move(key_type)), value_type(std::move(value_type)) {}

    size_t size() const { return alive_; }
    /// The value of a key, or null.
    IValue* find(const IValue& key);
    const IValue* find(const IValue& key) const { return const_cast<DictObject*>(this)->find(key); }
    /// Inserts, or replaces the value of an equal key (which keeps its place).
    void set(IValue key, IValue value);
    bool erase(const IValue& key);
    void clear();
    /// In insertion order; skip those with alive == false.
    const std::vector<Entry>& entries() const { return entries_; }
    /// The living (key, value) pairs, copied.
    std::vector<std::pair<IValue, IValue>> items() const;

    jit::TypePtr key_type;
    jit::TypePtr value_type;

 private:
    void rehash();
    size_t slot_of(const IValue& key, uint32_t hash) const;

    std::vector<Entry> entries_;
    std::vector<int32_t> index_;  // open addressing into entries_; -1 empty
    size_t alive_ = 0;
};

class WICK_API TupleObject : public RefCounted {
 public:
    explicit TupleObject(std::vector<IValue> elements, jit::TypePtr named_type = {})
        : elements(std::move(elements)), named_type(std::move(named_type)) {}
    std::vector<IValue> elements;
    /// The NamedTuple's type; null for a plain tuple.
    jit::TypePtr named_type;
};

/// An instance of a class or module: one slot per attribute of its type.
class WICK_API ScriptObject : public RefCounted {
 public:
    explicit ScriptObject(jit::ClassTypePtr type);
    const jit::ClassTypePtr type;

    size_t slot_count() const { return slots_.size(); }
    /// All of them, as they are now.
    std::vector<IValue> slots() const {
        const SharedRead guard(*this);
        return slots_;
    }
    /// By number, as the class's attributes are numbered. OpError when there is none.
    IValue slot(size_t number) const {
        const SharedRead guard(*this);
        return number < slots_.size() ? slots_[number] : missing(number);
    }
    /// The slot path[0], of the object in it the slot path[1], and so on. OpError as slot().
    IValue slot_at(std::span<const int32_t> path) const;
    /// The same for who holds a SharedRead(true) already.
    const IValue& slot_in_guard(std::span<const int32_t> path) const {
        const ScriptObject* object = this;
        for (size_t i = 0;; ++i) {
            const auto number = static_cast<size_t>(path[i]);
            const IValue& value = number < object->slots_.size() ? object->slots_[number] : object->missing(number);
            if (i + 1 == path.size()) return value;
            object = &value.to_object();
        }
    }
    /// Whether `test` is true of one of them, asked in their order.
    template <class F>
    bool any_slot(const F& test) const {
        const SharedRead guard(*this);
        return std::any_of(slots_.begin(), slots_.end(), test);
    }
    void set_slot(size_t number, IValue value) {
        if (is_shared()) [[unlikely]]
            share_with(value);
        const SharedWrite guard(*this);
        // The former value goes with the parameter, after the guard.
        if (number < slots_.size()) [[likely]]
            slots_[number].swap(value);
        else
            missing(number);
    }
    /// By name; throws OpError when the class has no such attribute.
    IValue attr(std::string_view name) const;
    /// Adds the slot too, of an attribute that the class has got since the object was made.
    void set_attr(std::string_view name, IValue value);

 private:
    [[noreturn]] const IValue& missing(size_t number) const;
    static void share_with(const IValue& value);
    std::vector<IValue> slots_;
};

class WICK_API EnumObject : public RefCounted {
 public:
    EnumObject(jit::TypePtr type, size_t member) : type(std::move(type)), member(member) {}
    const jit::TypePtr type;
    const size_t member;
    const std::string& name() const;
    const IValue& value() const;
};

/// The result of a forked call (a Future), or of one that runs when it is first waited for (an Await): set once, from
/// any thread.
class WICK_API FutureObject : public RefCounted {
 public:
    explicit FutureObject(jit::TypePtr element_type) : element_type(std::move(element_type)) {}
    ~FutureObject() override;
    const jit::TypePtr element_type;
    bool completed() const { return state_.load(std::memory_order_acquire) >= kValue; }
    void set_value(IValue value);
    void set_error(std::exception_ptr error);
    /// The work behind this future, before it is submitted; it must end in set_value or set_error.
    void set_task(std::function<void()> task);
    /// Runs the task here unless somebody has already begun it.
    void run_task();
    /// Blocks until set; a task that nobody has begun runs on the waiting thread. A thread therefore only ever sleeps
    /// for a task that is running elsewhere, and nested fork/wait cannot deadlock. Rethrows the task's exception.
    const IValue& wait();
    /// None before it is set.
    IValue value_if_completed() const { return completed() ? value_ : IValue(); }
    /// The same, but leaves the result or the exception where it is.
    void complete();

 private:
    enum : int { kPending, kRunning, kValue, kError };
    void finish(int state);
    std::atomic<int> state_{kPending};
    std::function<void()> task_;
    bool has_task_ = false;  ///< set before the future is shared
    IValue value_;
    std::exception_ptr error_;
};

WICK_API IntrusivePtr<ListObject> make_list(jit::TypePtr element_type, std::vector<IValue> items = {});
WICK_API IntrusivePtr<TupleObject> make_tuple(std::vector<IValue> elements, jit::TypePtr named_type = {});
WICK_API IntrusivePtr<DictObject> make_dict(jit::TypePtr key_type, jit::TypePtr value_type);

/// The one type that all values have; null when they have several, or there are none.
WICK_API jit::TypePtr common_type(const std::vector<IValue>& values);
/// Marks the value, and all that is reached from it, as shared between calls (shared_state.h).
WICK_API void share(const IValue& value);
/// The container itself if only one call can reach it, else a copy of it as it is now: for who reads the whole of it.
WICK_API IntrusivePtr<const ListObject> snapshot(const ListObject& list);
WICK_API IntrusivePtr<const DictObject> snapshot(const DictObject& dict);

/// The value with copies in the place of the lists and dicts that others can reach; objects stay what they are. For who
/// takes a result out of the guards.
WICK_API IValue unshared(const IValue& value);
/// Calls visit(const IValue&) with each value directly inside a list, dict, tuple or object.
template <class Visit>
void for_each_inside(const IValue& value, const Visit& visit) {
    switch (value.tag()) {
        case IValue::Tag::List:
            for (const auto list = snapshot(value.to_list()); const IValue& item : list->items) visit(item);
            break;
        case IValue::Tag::Tuple:
            for (const IValue& element : value.to_tuple().elements) visit(element);
            break;
        case IValue::Tag::Object:
            for (const IValue& slot : value.to_object().slots()) visit(slot);
            break;
        case IValue::Tag::Dict:
            for (const auto dict = snapshot(value.to_dict()); const DictObject::Entry& entry : dict->entries()) {
                if (!entry.alive) continue;
                visit(entry.key);
                visit(entry.value);
            }
            break;
        default:
            break;
    }
}

/// Hash consistent with IValue::equals; throws OpError for an unhashable value.
WICK_API size_t hash_of(const IValue& value);

inline const Tensor& IValue::tensor_ref() const {
    expect(Tag::Tensor);
    // Tensor is exactly one counted pointer, and so is the payload.
    static_assert(sizeof(Tensor) == sizeof(Payload));
    return reinterpret_cast<const Tensor&>(payload_);
}

inline const std::string& IValue::to_string() const {
    expect(Tag::String);
    return static_cast<const StringObject*>(payload_.pointer)->value;
}

}  // namespace wick
