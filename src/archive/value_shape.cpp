#include "archive/value_shape.h"

#include <unordered_map>
#include <vector>

#include <wick/support/check.h>

namespace wick::archive {

namespace {

struct Measure {
    bool open = true;  // being measured: meeting it again is a cycle
    int64_t height = 0;
    uint64_t tree_size = 1;
};

/// A container on the way from the root to where the walk stands.
struct Frame {
    IValue value;
    Measure measure{};
    std::vector<IValue> inside{};  // the containers directly in it
    size_t next = 0;

    explicit Frame(const IValue& container) : value(container) {
        for_each_inside(container, [&](const IValue& item) {
            WICK_CHECK(!item.is_capsule(), "a class or function stands where a value is expected");
            if (is_container(item))
                inside.push_back(item);
            else
                ++measure.tree_size;
        });
    }
};

}  // namespace

void check_value_shape(const IValue& root, const ValueShapeLimits& limits) {
    WICK_CHECK(!root.is_capsule(), "a class or function stands where a value is expected");
    if (!is_container(root)) return;

    std::unordered_map<const RefCounted*, Measure> measures;
    std::vector<Frame> path;
    auto enter = [&](const IValue& container) {
        WICK_CHECK(static_cast<int64_t>(path.size()) < limits.max_depth, "values are nested more than {} deep",
                   limits.max_depth);
        measures.try_emplace(container.pointer());
        path.emplace_back(container);
    };
    enter(root);
    while (!path.empty()) {
        Frame& frame = path.back();
        if (frame.next < frame.inside.size()) {
            const IValue& inside = frame.inside[frame.next];
            const auto known = measures.find(inside.pointer());
            if (known == measures.end()) {
                enter(inside);
                continue;
            }
            WICK_CHECK(!known->second.open, "a value contains itself");
            frame.measure.height = std::max(frame.measure.height, known->second.height + 1);
            frame.measure.tree_size += known->second.tree_size;
            ++frame.next;
        } else {
            frame.measure.open = false;
            measures[frame.value.pointer()] = frame.measure;
        }
        WICK_CHECK(frame.measure.height < limits.max_depth, "values are nested more than {} deep", limits.max_depth);
        WICK_CHECK(frame.measure.tree_size <= limits.max_tree_size, "shared values unfold to more than {} values",
                   limits.max_tree_size);
        if (!measures[frame.value.pointer()].open) path.pop_back();
    }
}

}  // namespace wick::archive
