#include "archive/pickler.h"

#include <algorithm>
#include <bit>

#include <wick/support/check.h>
#include <wick/tensor/sparse_tensor.h>

#include "archive/bytes.h"
#include "archive/pickle_opcodes.h"
#include "archive/value_shape.h"

namespace wick::archive {

namespace {

constexpr int kMaxDepth = 1000;

void append(std::string& out, PickleOp op) { out.push_back(static_cast<char>(op)); }

}  // namespace

std::string Pickler::pickle(const IValue& value) {
    count_uses(value);
    append(out_, PickleOp::proto);
    out_.push_back(2);
    push(value);
    append(out_, PickleOp::stop);
    return std::move(out_);
}

/// PyTorch memoises what has more than one reference; wick counts the references that lie inside of the pickled value,
/// so that who else holds it does not change the bytes.
void Pickler::count_uses(const IValue& root) {
    std::vector<IValue> pending{root};
    while (!pending.empty()) {
        const IValue value = std::move(pending.back());
        pending.pop_back();
        if (!value.pointer() || ++uses_[value.pointer()] > 1) continue;
        const IValue* state = value.is_object() && state_of ? state_of(value.to_object()) : nullptr;
        if (state)
            pending.push_back(*state);
        else
            for_each_inside(value, [&](const IValue& inside) { pending.push_back(inside); });
    }
}

uint32_t Pickler::put() {
    if (next_slot_ <= UINT8_MAX) {
        append(out_, PickleOp::binput);
        out_.push_back(static_cast<char>(next_slot_));
    } else {
        append(out_, PickleOp::long_binput);
        append_le(out_, next_slot_);
    }
    return next_slot_++;
}

void Pickler::get(uint32_t slot) {
    if (slot <= UINT8_MAX) {
        append(out_, PickleOp::binget);
        out_.push_back(static_cast<char>(slot));
    } else {
        append(out_, PickleOp::long_binget);
        append_le(out_, slot);
    }
}

template <class Map, class Make>
void Pickler::memoised(Map& map, const typename Map::key_type& key, const Make& make) {
    if (const auto known = map.find(key); known != map.end()) return get(known->second);
    make();
    map.emplace(key, put());
}

void Pickler::push(const IValue& value) {
    // Modules and tensors always have a second owner in PyTorch, so their first appearance is memoised too.
    const bool shared =
        value.pointer() && !value.is_string() && !value.is_complex() &&
        (value.is_tensor() || (value.is_object() && value.to_object().type->is_module()) || uses_[value.pointer()] > 1);
    if (!shared) return push_unshared(value);
    memoised(values_, value.pointer(), [&] {
        // The module may drop it meanwhile, and its address is the key.
        held_.push_back(value);
        push_unshared(value);
    });
}

void Pickler::push_unshared(const IValue& value) {
    WICK_CHECK(depth_ < kMaxDepth, "cannot save a value that contains itself or is nested more than {} deep",
               kMaxDepth);
    ++depth_;
    switch (value.tag()) {
        case IValue::Tag::None:
            append(out_, PickleOp::none);
            break;
        case IValue::Tag::Bool:
            append(out_, value.to_bool() ? PickleOp::newtrue : PickleOp::newfalse);
            break;
        case IValue::Tag::Int:
            push_int(value.to_int());
            break;
        case IValue::Tag::Double:
            push_double(value.to_double());
            break;
        case IValue::Tag::Complex:
            push_global("builtins", "complex");
            push_double(value.to_complex().real());
            push_double(value.to_complex().imag());
            append(out_, PickleOp::tuple2);
            append(out_, PickleOp::reduce);
            break;
        case IValue::Tag::String:
            push_string(value.to_string());
            break;
        case IValue::Tag::Device:
            push_device(value.to_device());
            break;
        case IValue::Tag::Tensor:
            push_tensor(value.tensor_ref());
            break;
        case IValue::Tag::List:
            push_list(value);
            break;
        case IValue::Tag::Dict:
            push_dict(value);
            break;
        case IValue::Tag::Tuple:
            push_tuple(value.to_tuple().elements);
            break;
        case IValue::Tag::Object:
            push_object(value.to_object());
            break;
        case IValue::Tag::Enum:
            WICK_CHECK(dialect_ == PickleDialect::script, "torch.save files cannot hold a {}", value.type()->str());
            push_qualified(value.to_enum().type->annotation_str());
            push(value.to_enum().value());
            append(out_, PickleOp::reduce);
            break;
        case IValue::Tag::Future:
        case IValue::Tag::Await:
        case IValue::Tag::Function:
        case IValue::Tag::Capsule:
            throw OpError(fmt::format("cannot save a value of type {}", value.tag_name()));
    }
    --depth_;
}

void Pickler::push_int(int64_t value) {
    if (value >= 0 && value <= UINT8_MAX) {
        append(out_, PickleOp::binint1);
        out_.push_back(static_cast<char>(value));
    } else if (value >= 0 && value <= UINT16_MAX) {
        append(out_, PickleOp::binint2);
        append_le(out_, static_cast<uint16_t>(value));
    } else if (value >= INT32_MIN && value <= INT32_MAX) {
        append(out_, PickleOp::binint);
        append_le(out_, static_cast<int32_t>(value));
    } else {
        append(out_, PickleOp::long1);
        out_.push_back(8);
        append_le(out_, value);
    }
}

void Pickler::push_double(double value) {
    append(out_, PickleOp::binfloat);
    append_le(out_, __builtin_bswap64(std::bit_cast<uint64_t>(value)));
}

void Pickler::push_string(const std::string& text) {
    memoised(strings_, text, [&] {
        WICK_CHECK(text.size() <= UINT32_MAX, "cannot save a string of {} bytes", text.size());
        append(out_, PickleOp::binunicode);
        append_le(out_, static_cast<uint32_t>(text.size()));
        out_ += text;
    });
}

void Pickler::push_global(const std::string& module, const std::string& name) {
    const std::string text = module + "\n" + name + "\n";
    memoised(globals_, text, [&] {
        append(out_, PickleOp::global);
        out_ += text;
    });
}

void Pickler::push_qualified(const std::string& qualified_name) {
    const size_t dot = qualified_name.rfind('.');
    WICK_CHECK(dot != std::string::npos, "'{}' is not a qualified name", qualified_name);
    push_global(qualified_name.substr(0, dot), qualified_name.substr(dot + 1));
}

void Pickler::close_type_tag(const IValue& value) {
    push_string(value.type()->annotation_str());
    append(out_, PickleOp::tuple2);
    append(out_, PickleOp::reduce);
}

void Pickler::push_list(const IValue& value) {
    const auto list = snapshot(value.to_list());
    const char* builder = nullptr;
    switch (list->element_type->kind()) {
        case jit::TypeKind::Int:
            builder = "build_intlist";
            break;
        case jit::TypeKind::Float:
            builder = "build_doublelist";
            break;
        case jit::TypeKind::Bool:
            builder = "build_boollist";
            break;
        case jit::TypeKind::Tensor:
            builder = "build_tensorlist";
            break;
        default:
            break;
    }
    const bool typed = dialect_ == PickleDialect::script;
    if (typed) {
        push_global("torch.jit._pickle", builder ? builder : "restore_type_tag");
        if (builder) append(out_, PickleOp::mark);
    }
    append(out_, PickleOp::empty_list);
    append(out_, PickleOp::mark);
    for (const IValue& item : list->items) push(item);
    append(out_, PickleOp::appends);
    if (typed && builder) {
        append(out_, PickleOp::tuple);
        append(out_, PickleOp::reduce);
    } else if (typed) {
        close_type_tag(value);
    }
}

void Pickler::push_dict(const IValue& value) {
    const bool typed = dialect_ == PickleDialect::script;
    if (typed) push_global("torch.jit._pickle", "restore_type_tag");
    append(out_, PickleOp::empty_dict);
    append(out_, PickleOp::mark);
    const auto dict = snapshot(value.to_dict());
    for (const DictObject::Entry& entry : dict->entries()) {
        if (!entry.alive) continue;
        push(entry.key);
        push(entry.value);
    }
    append(out_, PickleOp::setitems);
    if (typed) close_type_tag(value);
}

void Pickler::push_tuple(const std::vector<IValue>& elements) {
    static constexpr PickleOp kShort[] = {PickleOp::empty_tuple, PickleOp::tuple1, PickleOp::tuple2, PickleOp::tuple3};
    const bool is_short = elements.size() < std::size(kShort);
    if (!is_short) append(out_, PickleOp::mark);
    for (const IValue& element : elements) push(element);
    append(out_, is_short ? kShort[elements.size()] : PickleOp::tuple);
}

void Pickler::push_object(const ScriptObject& object) {
    WICK_CHECK(dialect_ == PickleDialect::script, "torch.save files cannot hold a {}", object.type->name());
    if (std::find(classes_.begin(), classes_.end(), object.type) == classes_.end()) classes_.push_back(object.type);
    push_qualified(object.type->name());
    append(out_, PickleOp::empty_tuple);
    append(out_, PickleOp::newobj);
    if (const IValue* state = state_of ? state_of(object) : nullptr) {
        push(*state);
    } else {
        append(out_, PickleOp::empty_dict);
        append(out_, PickleOp::mark);
        const std::vector<IValue> slots = object.slots();
        for (size_t i = 0; i < slots.size(); ++i) {
            push_string(object.type->attributes()[i].name);
            push(slots[i]);
        }
        append(out_, PickleOp::setitems);
    }
    append(out_, PickleOp::build);
}

void Pickler::push_device(const Device& device) {
    memoised(devices_, device.str(), [&] {
        push_global("torch", "device");
        push_string(device.str());
        append(out_, PickleOp::tuple1);
        append(out_, PickleOp::reduce);
    });
}

void Pickler::push_dimensions(IntArrayRef values) {
    append(out_, PickleOp::mark);
    for (const int64_t value : values) push_int(value);
    append(out_, PickleOp::tuple);
}

void Pickler::push_sparse(const Tensor& tensor) {
    const SparseTensorImpl& impl = sparse_impl(tensor);
    push_global("torch._utils", "_rebuild_sparse_tensor");
    push_global("torch.serialization", "_get_layout");
    push_string("torch.sparse_coo");
    append(out_, PickleOp::tuple1);
    append(out_, PickleOp::reduce);
    append(out_, PickleOp::mark);
    push_tensor(impl.indices);
    push_tensor(impl.values);
    push_global("torch", "Size");
    push_dimensions(impl.sizes);
    append(out_, PickleOp::tuple1);
    append(out_, PickleOp::reduce);
    append(out_, impl.is_coalesced ? PickleOp::newtrue : PickleOp::newfalse);
    append(out_, PickleOp::tuple);
    append(out_, PickleOp::tuple2);
    append(out_, PickleOp::reduce);
}

void Pickler::push_tensor(const Tensor& tensor) {
    if (tensor.is_sparse()) return push_sparse(tensor);
    push_global("torch._utils", "_rebuild_tensor_v2");
    append(out_, PickleOp::mark);
    push_storage(tensor);
    push_int(tensor.storage_offset());
    push_dimensions(tensor.sizes());
    push_dimensions(tensor.strides());
    append(out_, tensor.requires_grad() ? PickleOp::newtrue : PickleOp::newfalse);
    // Backward hooks: always none.
    push_global("collections", "OrderedDict");
    append(out_, PickleOp::empty_tuple);
    append(out_, PickleOp::reduce);
    append(out_, PickleOp::tuple);
    append(out_, PickleOp::reduce);
}

void Pickler::push_storage(const Tensor& tensor) {
    const IntrusivePtr<Storage>& storage = tensor.impl()->storage;
    memoised(storage_slots_, {storage.get(), tensor.dtype()}, [&] {
        append(out_, PickleOp::mark);
        push_string("storage");
        push_global("torch", std::string(storage_name_of(tensor.dtype())));
        push_string(std::to_string(storages_.size()));
        push_string("cpu");
        push_int(storage->bytes() / tensor.itemsize());
        append(out_, PickleOp::tuple);
        append(out_, PickleOp::binpersid);
        storages_.push_back(storage);
    });
}

}  // namespace wick::archive
