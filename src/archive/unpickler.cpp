#include "archive/unpickler.h"

#include <bit>
#include <unordered_map>

#include <wick/support/check.h>
#include <wick/tensor/sparse_tensor.h>

#include "archive/pickle_globals.h"
#include "archive/pickle_opcodes.h"
#include "archive/value_shape.h"

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

class Unpickler {
 public:
    Unpickler(const std::string& record, std::string_view bytes, const UnpickleOptions& options)
        : record_(record), bytes_(bytes), options_(options) {}

    ~Unpickler() {
        if (finished_) return;
        // A list or dict may contain itself: counting alone would never free it.
        for (const IValue& container : containers_) {
            if (container.is_list()) container.to_list().items.clear();
            if (container.is_dict()) container.to_dict().clear();
        }
    }

    IValue run() {
        try {
            if (read_byte() != static_cast<uint8_t>(PickleOp::proto)) fail("a pickle must begin with the PROTO opcode");
            if (const uint8_t protocol = read_byte(); protocol > 5)
                fail(fmt::format("pickle protocol {} is not known", protocol));
            while (step()) {
            }
            if (stack_.size() != 1 || !marks_.empty())
                fail(fmt::format("the pickle leaves {} values instead of one", stack_.size()));
            check_value_shape(stack_[0], {options_.max_depth, kTreeSizeBase + kTreeSizePerByte * bytes_.size()});
        } catch (const ArchiveError&) {
            throw;
        } catch (const OpError& error) {
            fail(error.what());
        }
        finished_ = true;
        return std::move(stack_[0]);
    }

    size_t position() const { return at_; }

 private:
    static constexpr uint64_t kTreeSizeBase = 1 << 20;
    static constexpr uint64_t kTreeSizePerByte = 16;
    static constexpr size_t kMaxDimensions = 64;

    [[noreturn]] void fail(const std::string& message) const {
        throw ArchiveError(record_, static_cast<int64_t>(start_), message);
    }

    // Reading.

    std::string_view read(uint64_t count) {
        if (count > bytes_.size() - at_)
            fail(fmt::format("{} bytes are wanted where only {} are left", count, bytes_.size() - at_));
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }
    template <class T>
    T read_number() {
        return load_le<T>(read(sizeof(T)).data());
    }
    uint8_t read_byte() { return read_number<uint8_t>(); }
    std::string read_line() {
        const size_t end = bytes_.find('\n', at_);
        if (end == std::string_view::npos) fail("a name has no end");
        std::string line(read(end - at_));
        ++at_;
        return line;
    }
    int64_t read_long(size_t size) {
        if (size > 8) fail(fmt::format("an integer of {} bytes does not fit in 64 bits", size));
        const std::string_view digits = read(size);
        if (size == 0) return 0;
        uint64_t value = digits.back() & 0x80 ? ~uint64_t{0} : 0;
        for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<uint8_t>(digits[i]);
        return static_cast<int64_t>(value);
    }

    // The stack. Values below the last mark are out of reach of everything but that mark's opcode.

    size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    void push(IValue value) { stack_.push_back(std::move(value)); }
    void need(size_t count) const {
        if (stack_.size() - floor() < count)
            fail(fmt::format("the stack holds {} values where {} are needed", stack_.size() - floor(), count));
    }
    IValue pop() {
        need(1);
        IValue value = std::move(stack_.back());
        stack_.pop_back();
        return value;
    }
    IValue& top() {
        need(1);
        return stack_.back();
    }
    std::vector<IValue> pop_count(size_t count) {
        need(count);
        std::vector<IValue> values(std::make_move_iterator(stack_.end() - count),
                                   std::make_move_iterator(stack_.end()));
        stack_.resize(stack_.size() - count);
        return values;
    }
    std::vector<IValue> pop_mark() {
        if (marks_.empty()) fail("the opcode needs a mark, and there is none");
        const size_t start = marks_.back();
        std::vector<IValue> values = pop_count(stack_.size() - start);
        marks_.pop_back();
        return values;
    }
    void push_list(std::vector<IValue> items) { push(keep(make_list(jit::any_type(), std::move(items)))); }
    void push_dict() { push(keep(make_dict(jit::any_type(), jit::any_type()))); }
    IValue keep(IValue container) {
        containers_.push_back(container);
        return container;
    }

    void remember(size_t slot) {
        // Each entry costs at least two bytes of pickle, so a sane slot number is below the pickle's size.
        if (slot >= bytes_.size()) fail(fmt::format("memo slot {} is out of range", slot));
        if (slot >= memo_.size()) memo_.resize(slot + 1), known_.resize(slot + 1);
        memo_[slot] = top();
        known_[slot] = true;
        next_memo_ = std::max(next_memo_, slot + 1);
    }
    void recall(size_t slot) {
        if (slot >= memo_.size() || !known_[slot]) fail(fmt::format("memo slot {} was never filled", slot));
        push(memo_[slot]);
    }

    void extend(const IValue& list, std::vector<IValue> items) {
        if (!list.is_list()) fail(fmt::format("items are appended to a {}", list.tag_name()));
        auto& to = list.to_list().items;
        to.insert(to.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    }
    void fill(const IValue& dict, std::vector<IValue> items) {
        if (!dict.is_dict()) fail(fmt::format("items are set in a {}", dict.tag_name()));
        if (items.size() % 2 != 0) fail("a key of the dict has no value");
        for (size_t i = 0; i < items.size(); i += 2) {
            check_key(items[i]);
            dict.to_dict().set(std::move(items[i]), std::move(items[i + 1]));
        }
    }
    /// Hashing recurses into tuples, so those that are keys must be flat.
    void check_key(const IValue& key) const {
        if (key.is_capsule()) fail("a class or function cannot be a key");
        if (!key.is_tuple()) return;
        for (const IValue& element : key.to_tuple().elements) {
            if (element.is_tuple()) fail("a nested tuple cannot be a key");
        }
    }

    // Opcodes.

    bool step() {
        start_ = at_;
        const uint8_t byte = read_byte();
        switch (static_cast<PickleOp>(byte)) {
            case PickleOp::stop:
                return false;
            case PickleOp::proto:
                fail("a second PROTO opcode");
            case PickleOp::frame:
                read(8);
                break;
            case PickleOp::mark:
                marks_.push_back(stack_.size());
                break;
            case PickleOp::none:
                push(IValue());
                break;
            case PickleOp::newtrue:
                push(true);
                break;
            case PickleOp::newfalse:
                push(false);
                break;
            case PickleOp::binint:
                push(int64_t{read_number<int32_t>()});
                break;
            case PickleOp::binint1:
                push(int64_t{read_byte()});
                break;
            case PickleOp::binint2:
                push(int64_t{read_number<uint16_t>()});
                break;
            case PickleOp::long1:
                push(read_long(read_byte()));
                break;
            case PickleOp::binfloat:
                push(std::bit_cast<double>(__builtin_bswap64(read_number<uint64_t>())));
                break;
            case PickleOp::binunicode:
            case PickleOp::binstring:
                push(std::string(read(read_number<uint32_t>())));
                break;
            case PickleOp::short_binunicode:
            case PickleOp::short_binstring:
                push(std::string(read(read_byte())));
                break;
            case PickleOp::binunicode8:
                push(std::string(read(read_number<uint64_t>())));
                break;
            case PickleOp::empty_list:
                push_list({});
                break;
            case PickleOp::list:
                push_list(pop_mark());
                break;
            case PickleOp::append: {
                std::vector<IValue> item = pop_count(1);
                extend(top(), std::move(item));
                break;
            }
            case PickleOp::appends: {
                std::vector<IValue> items = pop_mark();
                extend(top(), std::move(items));
                break;
            }
            case PickleOp::empty_dict:
                push_dict();
                break;
            case PickleOp::dict: {
                std::vector<IValue> items = pop_mark();
                push_dict();
                fill(top(), std::move(items));
                break;
            }
            case PickleOp::setitem: {
                std::vector<IValue> items = pop_count(2);
                fill(top(), std::move(items));
                break;
            }
            case PickleOp::setitems: {
                std::vector<IValue> items = pop_mark();
                fill(top(), std::move(items));
                break;
            }
            case PickleOp::empty_tuple:
                push(make_tuple({}));
                break;
            case PickleOp::tuple:
                push(make_tuple(pop_mark()));
                break;
            case PickleOp::tuple1:
                push(make_tuple(pop_count(1)));
                break;
            case PickleOp::tuple2:
                push(make_tuple(pop_count(2)));
                break;
            case PickleOp::tuple3:
                push(make_tuple(pop_count(3)));
                break;
            case PickleOp::binput:
                remember(read_byte());
                break;
            case PickleOp::long_binput:
                remember(read_number<uint32_t>());
                break;
            case PickleOp::memoize:
                remember(next_memo_);
                break;
            case PickleOp::binget:
                recall(read_byte());
                break;
            case PickleOp::long_binget:
                recall(read_number<uint32_t>());
                break;
            case PickleOp::global: {
                const std::string module = read_line();
                push_global(module, read_line());
                break;
            }
            case PickleOp::stack_global: {
                const std::vector<IValue> names = pop_count(2);
                push_global(names[0].to_string(), names[1].to_string());
                break;
            }
            case PickleOp::newobj: {
                // Only script classes are made this way; the instance itself comes with its state, at BUILD.
                if (!pop().to_tuple().elements.empty()) fail("an object with constructor arguments");
                if (expect_global(top()).entry.kind != PickleGlobal::script_class)
                    fail(fmt::format("'{}' cannot be instantiated", expect_global(top()).name));
                break;
            }
            case PickleOp::reduce: {
                IValue arguments = pop();
                const IValue function = pop();
                push(call(expect_global(function), std::move(arguments)));
                break;
            }
            case PickleOp::build:
                build();
                break;
            case PickleOp::binpersid:
                push_storage(pop());
                break;
            default:
                fail(fmt::format("opcode {:#04x} is not one that wick reads", byte));
        }
        return true;
    }

    const GlobalObject& expect_global(const IValue& value) const {
        const auto* global = value.is_capsule() ? dynamic_cast<const GlobalObject*>(value.to_capsule()) : nullptr;
        if (!global) fail(fmt::format("a {} is called as if it were a function", value.tag_name()));
        return *global;
    }

    void push_global(const std::string& module, const std::string& name) {
        PickleGlobalEntry entry{PickleGlobal::script_class};
        const std::string qualified = module + "." + name;
        TypePtr type;
        if (!find_pickle_global(module, name, entry)) {
            if (const std::string_view why = why_pickle_global_is_refused(module, name); !why.empty())
                fail(fmt::format("'{}': {}", qualified, why));
            // Script types live under __torch__; anything else is Python code that the file wants to be run.
            if (!options_.resolve_type || (module != "__torch__" && module.substr(0, 10) != "__torch__."))
                fail(fmt::format("the global '{}' is not one that wick accepts", qualified));
            type = options_.resolve_type(qualified);
            if (!type) fail(fmt::format("the archive does not define the class '{}'", qualified));
        }
        if (entry.kind == PickleGlobal::dtype_object) return push(static_cast<int64_t>(entry.dtype));
        push(IValue::capsule(make_intrusive<GlobalObject>(entry, qualified, std::move(type))));
    }

    void build() {
        IValue state = pop();
        IValue target = pop();
        if (target.is_dict()) return push(std::move(target));  // attributes of a Python dict object: none of ours
        const GlobalObject& global = expect_global(target);
        if (global.entry.kind != PickleGlobal::script_class || !options_.make_object)
            fail(fmt::format("'{}' cannot be given a state", global.name));
        // The object is made from values that exist already, so it cannot contain itself; its shape is checked at the
        // end.
        push(options_.make_object(global.type, std::move(state)));
    }

    const IValue& argument(const IValue& arguments, size_t i) const {
        const auto& elements = arguments.to_tuple().elements;
        if (i >= elements.size()) fail(fmt::format("a call has {} arguments, too few", elements.size()));
        return elements[i];
    }

    IValue call(const GlobalObject& function, IValue arguments) {
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
            case PickleGlobal::rebuild_parameter: {
                const Tensor tensor = argument(arguments, 0).to_tensor();
                set_requires_grad(tensor, argument(arguments, 1).to_bool());
                return tensor;
            }
            case PickleGlobal::rebuild_from_type: {
                if (expect_global(argument(arguments, 1)).entry.kind != PickleGlobal::tensor_class)
                    fail(fmt::format("tensors of class '{}' are not supported",
                                     expect_global(argument(arguments, 1)).name));
                const GlobalObject& inner = expect_global(argument(arguments, 0));
                if (inner.entry.kind != PickleGlobal::rebuild_tensor_v2)
                    fail(fmt::format("'{}' cannot rebuild a tensor", inner.name));
                return rebuild_tensor(argument(arguments, 2), true);
            }
            case PickleGlobal::ordered_dict:
                return ordered_dict(arguments);
            case PickleGlobal::size: {
                const IValue& sizes = argument(arguments, 0);
                const auto& items = sizes.is_list() ? sizes.to_list().items : sizes.to_tuple().elements;
                return typed_list(keep(make_list(jit::any_type(), items)), jit::int_type(), IValue::Tag::Int);
            }
            case PickleGlobal::device: {
                std::string text = argument(arguments, 0).to_string();
                if (arguments.to_tuple().elements.size() > 1)
                    text += fmt::format(":{}", argument(arguments, 1).to_int());
                return Device::parse(text);
            }
            case PickleGlobal::complex:
                return std::complex<double>(argument(arguments, 0).to_double(), argument(arguments, 1).to_double());
            case PickleGlobal::get_layout: {
                const std::string& name = argument(arguments, 0).to_string();
                const bool is_sparse = name == "torch.sparse_coo";
                if (!is_sparse && name != "torch.strided") fail(fmt::format("layout {} is not supported", name));
                return static_cast<int64_t>(is_sparse ? Layout::sparse : Layout::strided);
            }
            case PickleGlobal::script_class:
                return enum_member(function, arguments);
            case PickleGlobal::tensor_class:
            case PickleGlobal::storage_class:
            case PickleGlobal::dtype_object:
                break;
        }
        fail(fmt::format("'{}' cannot be called", function.name));
    }

    IValue typed_list(const IValue& list, const TypePtr& element_type, IValue::Tag tag) {
        for (const IValue& item : list.to_list().items) {
            if (item.tag() != tag) fail(fmt::format("a {} in a list of {}", item.tag_name(), element_type->str()));
        }
        list.to_list().element_type = element_type;
        return list;
    }

    /// Whether the contents fit the tag is checked once the whole value is there: value_types.h.
    IValue tag(const IValue& container, const std::string& annotation) {
        if (!options_.parse_type) return container;
        TypePtr& type = types_[annotation];
        if (!type) type = options_.parse_type(annotation);
        if (container.is_list() && type->is(jit::TypeKind::List)) {
            container.to_list().element_type = type->contained(0);
        } else if (container.is_dict() && type->is(jit::TypeKind::Dict)) {
            container.to_dict().key_type = type->contained(0);
            container.to_dict().value_type = type->contained(1);
        } else {
            fail(fmt::format("a {} is tagged as {}", container.tag_name(), annotation));
        }
        return container;
    }

    IValue ordered_dict(const IValue& arguments) {
        const IValue dict = keep(make_dict(jit::any_type(), jit::any_type()));
        if (arguments.to_tuple().elements.empty()) return dict;
        std::vector<IValue> items;
        for (const IValue& pair : argument(arguments, 0).to_list().items) {
            const auto& both = pair.is_list() ? pair.to_list().items : pair.to_tuple().elements;
            if (both.size() != 2) fail("an OrderedDict is made of pairs");
            items.insert(items.end(), both.begin(), both.end());
        }
        fill(dict, std::move(items));
        return dict;
    }

    IValue enum_member(const GlobalObject& function, const IValue& argument) {
        // PyTorch calls the enum with the bare value, not with a tuple of arguments.
        if (const auto* type = function.type->cast<jit::EnumType>()) {
            for (size_t i = 0; i < type->members().size(); ++i) {
                const IValue& value = type->members()[i].second;
                if (value.tag() == argument.tag() && value.equals(argument))
                    return make_intrusive<EnumObject>(function.type, i);
            }
            fail(fmt::format("'{}' has no member of this value", function.name));
        }
        if (!options_.make_object) fail(fmt::format("'{}' cannot be called", function.name));
        return options_.make_object(function.type, argument);
    }

    // Tensors.

    void push_storage(const IValue& id) {
        if (argument(id, 0).to_string() != "storage")
            fail(fmt::format("unknown persistent id '{}'", argument(id, 0).to_string()));
        const GlobalObject& type = expect_global(argument(id, 1));
        if (type.entry.kind != PickleGlobal::storage_class) fail(fmt::format("'{}' is not a storage class", type.name));
        if (id.to_tuple().elements.size() > 5 && !argument(id, 5).is_none())
            fail("storages that view others are not supported");
        const StorageKey key{argument(id, 2).to_string(), type.entry.dtype, argument(id, 3).to_string(),
                             argument(id, 4).to_int()};
        int64_t bytes = 0;
        if (key.numel < 0 || __builtin_mul_overflow(key.numel, bytes_of(key.dtype), &bytes))
            fail(fmt::format("storage '{}' has {} elements", key.key, key.numel));
        if (!options_.read_storage) fail("a tensor where none may be");
        IntrusivePtr<Storage>& storage = storages_[key.key];
        if (!storage) storage = options_.read_storage(key);
        if (storage->bytes() < bytes)
            fail(fmt::format("storage '{}' should have {} bytes, but the archive holds {}", key.key, bytes,
                             storage->bytes()));
        push(IValue::capsule(make_intrusive<StorageObject>(storage, key.dtype)));
    }

    DimVector dimensions(const IValue& tuple) const {
        const auto& elements = tuple.is_list() ? tuple.to_list().items : tuple.to_tuple().elements;
        if (elements.size() > kMaxDimensions) fail(fmt::format("a tensor of {} dimensions", elements.size()));
        DimVector values;
        for (const IValue& element : elements) values.push_back(element.to_int());
        return values;
    }

    void set_requires_grad(const Tensor& tensor, bool requires_grad) const {
        WICK_CHECK(tensor.defined(), "a parameter without a tensor");
        if (requires_grad && !is_floating(tensor.dtype()) && !is_complex(tensor.dtype()))
            fail("only tensors of floating point and complex dtype can require gradients");
        tensor.impl()->requires_grad = requires_grad;
    }

    IValue rebuild_tensor(const IValue& arguments, bool with_gradient) {
        const IValue& first = argument(arguments, 0);
        const auto* storage = first.is_capsule() ? dynamic_cast<const StorageObject*>(first.to_capsule()) : nullptr;
        if (!storage) fail("a tensor is rebuilt from something that is no storage");
        const int64_t offset = argument(arguments, 1).to_int();
        const DimVector sizes = dimensions(argument(arguments, 2));
        const DimVector strides = dimensions(argument(arguments, 3));
        if (sizes.size() != strides.size())
            fail(fmt::format("a tensor has {} sizes but {} strides", sizes.size(), strides.size()));
        checked_numel(sizes);
        check_in_bounds(sizes, strides, offset, bytes_of(storage->dtype), storage->storage->bytes());
        const Tensor tensor(make_intrusive<TensorImpl>(storage->storage, storage->dtype, sizes, strides, offset));
        if (with_gradient) set_requires_grad(tensor, argument(arguments, 4).to_bool());
        if (arguments.to_tuple().elements.size() > 6 && argument(arguments, 6).is_dict()) {
            for (const auto& [key, value] : argument(arguments, 6).to_dict().items()) {
                if (value.is_bool() && value.to_bool()) fail("lazily conjugated or negated tensors are not supported");
            }
        }
        if (options_.on_tensor) options_.on_tensor(tensor);
        return tensor;
    }

    IValue rebuild_sparse(const IValue& arguments) {
        if (argument(arguments, 0).to_int() != static_cast<int64_t>(Layout::sparse))
            fail("a sparse tensor of another layout than torch.sparse_coo");
        const IValue& parts = argument(arguments, 1);
        const Tensor indices = argument(parts, 0).to_tensor(), values = argument(parts, 1).to_tensor();
        WICK_CHECK(indices.defined() && values.defined(), "a sparse tensor without indices or values");
        const DimVector sizes = dimensions(argument(parts, 2));
        checked_numel(sizes);
        check_sparse_sizes(indices, values, sizes);
        const bool is_coalesced = parts.to_tuple().elements.size() > 3 && argument(parts, 3).to_bool();
        const Tensor tensor = make_sparse(sizes, indices, values, is_coalesced);
        if (options_.on_tensor) options_.on_tensor(tensor);
        return tensor;
    }

    const std::string& record_;
    const std::string_view bytes_;
    const UnpickleOptions& options_;
    size_t at_ = 0;
    size_t start_ = 0;  // of the current opcode
    std::vector<IValue> stack_;
    std::vector<size_t> marks_;
    std::vector<IValue> memo_;
    std::vector<bool> known_;
    size_t next_memo_ = 0;
    std::vector<IValue> containers_;
    std::unordered_map<std::string, TypePtr> types_;
    std::unordered_map<std::string, IntrusivePtr<Storage>> storages_;
    bool finished_ = false;
};

}  // namespace

IValue unpickle(const std::string& record, std::string_view bytes, const UnpickleOptions& options, size_t* consumed) {
    Unpickler unpickler(record, bytes, options);
    IValue value = unpickler.run();
    if (consumed) {
        *consumed = unpickler.position();
    } else if (unpickler.position() != bytes.size()) {
        throw ArchiveError(record, static_cast<int64_t>(unpickler.position()),
                           fmt::format("{} bytes follow the end of the pickle", bytes.size() - unpickler.position()));
    }
    return value;
}

}  // namespace wick::archive
