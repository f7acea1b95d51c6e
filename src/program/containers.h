#pragma once
// Lists, dicts, tuples, strings and ranges, as Python has them.

#include <string>
#include <vector>

#include "program/thing.h"

namespace wick::jit {

/// range(…).
class RangeThing : public Thing {
 public:
    RangeThing(int64_t start, int64_t stop, int64_t step) : start(start), stop(stop), step(step) {}
    const int64_t start, stop, step;
    int64_t length() const;
    std::string kind() const override { return "range"; }
    std::string repr(Session& session) override;
    bool elements(Session& session, std::vector<IValue>& out) override;
};

/// A method of a list, dict, tuple or string; false when there is none of that name.
bool container_method(const IValue& self, const std::string& name, IValue& out);
std::vector<IValue> slice_items(const std::vector<IValue>& items, const IValue& start, const IValue& stop,
                                const IValue& step);
/// count × bytes, when there is room for that much: MemoryError where no machine has it, LimitError where the limits
/// forbid it.
size_t checked_room(int64_t count, size_t bytes);
/// TypeError when a list or dict that compiled code uses cannot hold the value.
void check_element(Session& session, const TypePtr& type, const IValue& value);
void sort_items(Session& session, std::vector<IValue>& items, const IValue& key, bool reverse);
/// The numbers in a tensor as nested lists.
IValue tensor_to_list(const Tensor& tensor);

}  // namespace wick::jit
