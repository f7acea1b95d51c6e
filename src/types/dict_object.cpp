// Dicts: their hashes and the table of their keys.

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <wick/support/check.h>
#include <wick/types/ivalue.h>

namespace wick {

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

}  // namespace wick
