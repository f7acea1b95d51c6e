#pragma once
// Which values of a graph may share memory.
//
// Values fall into sets: two of different sets share nothing that can be written to. A set has a set of its contents,
// which is that of what the lists, dicts and tuples in it hold. One set is everywhere: its values may share memory with
// what the graph does not see, such as its inputs, attributes, and what calls were given or gave. Sets only ever grow
// together, so that one walk over the graph finds them.

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/graph.h"

namespace wick::jit {

class AliasSets {
 public:
    using Set = size_t;

    explicit AliasSets(const Graph& graph);
    /// The sets that a node writes to, as its operator's schema says.
    std::vector<Set> written_by(const Node* node) const;
    bool is_everywhere(Set set) const { return find(set) == find(kEverywhere); }
    /// The value's set, and those of what it holds, are added to `sets`.
    void add_reachable(const Value* value, std::unordered_set<Set>& sets) const;

 private:
    static constexpr Set kEverywhere = 0;

    Set find(Set set) const;
    Set set_of(const Value* value);
    Set contents_of(Set set);
    void join(Set a, Set b);
    void escape(const Value* value) { join(set_of(value), kEverywhere); }
    void visit(const Block* block);
    void visit(const Node* node);
    void visit_operator(const Node* node);

    struct Entry {
        Set parent;
        Set contents;  ///< kNone until something asks for it
    };
    static constexpr Set kNone = ~Set(0);
    mutable std::vector<Entry> sets_{{kEverywhere, kEverywhere}};
    std::unordered_map<const Value*, Set> of_value_;
};

}  // namespace wick::jit
