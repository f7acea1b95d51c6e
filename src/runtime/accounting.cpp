#include "runtime/accounting.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <wick/tensor/storage.h>

namespace wick::jit {
namespace {

/// Deeper than what one instruction makes: the items of a dict, the nested lists of a tensor.
constexpr int kMaxDepth = 64;

/// What the allocator adds to a block, about.
constexpr size_t kBlock = 16;

template <class T>
size_t bytes_of(const std::vector<T>& items) {
    return items.capacity() == 0 ? 0 : kBlock + items.capacity() * sizeof(T);
}

}  // namespace

int64_t footprint(const IValue& value) {
    size_t bytes = kBlock;
    const SharedRead guard(*value.pointer());
    switch (value.tag()) {
        case IValue::Tag::String: {
            const std::string& text = value.to_string();
            bytes += sizeof(StringObject) + (text.capacity() > 15 ? text.capacity() + kBlock : 0);
            break;
        }
        case IValue::Tag::List:
            bytes += sizeof(ListObject) + bytes_of(value.to_list().items);
            break;
        case IValue::Tag::Dict:
            // The index has two to four places for an entry.
            bytes += sizeof(DictObject) + bytes_of(value.to_dict().entries()) +
                     value.to_dict().entries().capacity() * 4 * sizeof(int32_t);
            break;
        case IValue::Tag::Tuple:
            bytes += sizeof(TupleObject) + bytes_of(value.to_tuple().elements);
            break;
        case IValue::Tag::Object:
            bytes += sizeof(ScriptObject) + kBlock + value.to_object().slot_count() * sizeof(IValue);
            break;
        case IValue::Tag::Tensor:
            bytes += sizeof(TensorImpl) + sizeof(Storage) + kBlock;
            break;
        case IValue::Tag::Future:
        case IValue::Tag::Await:
            // With the task that it owns.
            bytes += sizeof(FutureObject) + 16 * sizeof(IValue);
            break;
        default:
            bytes += sizeof(ComplexObject);
    }
    return static_cast<int64_t>(bytes);
}

void charge_growth(const IValue& container, int64_t before) {
    if (const int64_t growth = footprint(container) - before; growth != 0) container.pointer()->charge(growth);
}

namespace {

void charge_new(const IValue& value, int depth) {
    const RefCounted* object = value.pointer();
    if (!object || object->use_count() != 1 || object->is_charged()) return;
    object->charge(footprint(value));
    if (depth == kMaxDepth) return;
    if (value.is_list()) {
        for (const IValue& item : value.to_list().items) charge_new(item, depth + 1);
    } else if (value.is_tuple()) {
        for (const IValue& element : value.to_tuple().elements) charge_new(element, depth + 1);
    } else if (value.is_dict()) {
        for (const DictObject::Entry& entry : value.to_dict().entries()) {
            charge_new(entry.key, depth + 1);
            charge_new(entry.value, depth + 1);
        }
    }
}

bool may_grow(const IValue& value) { return value.is_list() || value.is_dict(); }

}  // namespace

void charge_new(const IValue& value) { charge_new(value, 0); }

void call_metered(const Operator& op, Args args, IValue* results) {
    const std::vector<Argument>& formal = op.schema().arguments;
    const size_t count = std::min(args.size(), formal.size());
    // Held, so that a result which takes the argument's place does not end its life.
    std::vector<std::pair<IValue, int64_t>> written;
    for (size_t i = 0; i < count; ++i) {
        if (formal[i].alias && formal[i].alias->is_write && may_grow(args[i]))
            written.emplace_back(args[i], footprint(args[i]));
    }
    op.call(args, results);
    for (const auto& [value, before] : written) charge_growth(value, before);
    written.clear();
    for (size_t i = 0; i < op.schema().returns.size(); ++i) charge_new(results[i]);
}

}  // namespace wick::jit
