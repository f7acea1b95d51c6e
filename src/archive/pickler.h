#pragma once
// The pickler: IValues to pickle bytes (protocol 2), with the opcodes that PyTorch's C++ Pickler chooses, so that
// PyTorch reads what wick writes and equal values give equal bytes.

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <wick/types/ivalue.h>

namespace wick::archive {

enum class PickleDialect {
    /// torch.jit.save: lists and dicts carry their script types.
    script,
    /// torch.save: plain Python containers, loadable with weights_only=True. Objects and enums are refused.
    plain,
};

class Pickler {
 public:
    explicit Pickler(PickleDialect dialect) : dialect_(dialect) {}

    /// Pickles one value, PROTO to STOP. Throws OpError for what has no pickled form (futures, functions), for a value
    /// that contains itself and for one nested more than a thousand deep.
    std::string pickle(const IValue& value);

    /// The storages behind the pickled tensors; number i was given the key "i". A storage has an entry for each dtype
    /// that views it: a pickled storage has one dtype.
    const std::vector<IntrusivePtr<Storage>>& storages() const { return storages_; }
    /// Classes whose instances were met, each once, in the order of meeting.
    const std::vector<jit::ClassTypePtr>& classes() const { return classes_; }

    /// The state that __getstate__ gives for an object whose class has it; null entry: write the attributes.
    std::function<const IValue*(const ScriptObject& object)> state_of;

 private:
    void count_uses(const IValue& root);
    void push(const IValue& value);
    void push_unshared(const IValue& value);
    void push_int(int64_t value);
    void push_double(double value);
    void push_string(const std::string& text);
    void push_global(const std::string& module, const std::string& name);
    void push_qualified(const std::string& qualified_name);
    void push_list(const IValue& value);
    void push_dict(const IValue& value);
    void push_tuple(const std::vector<IValue>& elements);
    void push_object(const ScriptObject& object);
    void push_device(const Device& device);
    void push_tensor(const Tensor& tensor);
    void push_sparse(const Tensor& tensor);
    void push_storage(const Tensor& tensor);
    void push_dimensions(IntArrayRef values);
    void close_type_tag(const IValue& value);
    uint32_t put();
    void get(uint32_t slot);
    /// Pushes what was memoised for `key`, or lets `make` push it and memoises that.
    template <class Map, class Make>
    void memoised(Map& map, const typename Map::key_type& key, const Make& make);

    const PickleDialect dialect_;
    std::string out_;
    uint32_t next_slot_ = 0;
    int depth_ = 0;
    std::unordered_map<const RefCounted*, size_t> uses_;
    std::unordered_map<const RefCounted*, uint32_t> values_;
    std::vector<IValue> held_;  ///< whose addresses are keys
    std::unordered_map<std::string, uint32_t> strings_;
    std::unordered_map<std::string, uint32_t> globals_;
    std::unordered_map<std::string, uint32_t> devices_;
    std::map<std::pair<const Storage*, DType>, uint32_t> storage_slots_;
    std::vector<IntrusivePtr<Storage>> storages_;
    std::vector<jit::ClassTypePtr> classes_;
};

}  // namespace wick::archive
