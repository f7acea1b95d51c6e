#include <algorithm>
#include <limits>

#include <wick/support/check.h>

#include "ir/foreign_call.h"
#include "ir/graph.h"

namespace wick::jit {

namespace {

/// The entry of `value`'s use list for one input. Searched from the back: nodes are mostly taken apart last first.
std::vector<Use>::iterator find_use(Value* value, const Use& use) {
    auto found = std::find(value->uses.rbegin(), value->uses.rend(), use);
    WICK_ASSERT(found != value->uses.rend());
    return found.base() - 1;
}

void drop_use(Value* value, const Use& use) { value->uses.erase(find_use(value, use)); }

/// Inputs from `first` on have moved by `by` places: their uses follow.
void shift_uses(Node* node, size_t first, ptrdiff_t by) {
    for (size_t i = first; i < node->inputs.size(); ++i) find_use(node->inputs[i], {node, i})->index = i + by;
}

// Positions are handed out with gaps, so that most insertions need no renumbering of the block.
constexpr int64_t kFirstPosition = std::numeric_limits<int64_t>::min();
constexpr int64_t kLastPosition = std::numeric_limits<int64_t>::max();
constexpr int64_t kPositionGap = int64_t{1} << 32;

}  // namespace

Value* Node::add_input(Value* value) {
    WICK_ASSERT(value->node->graph == graph);
    value->uses.push_back({this, inputs.size()});
    inputs.push_back(value);
    return value;
}

Value* Node::insert_input(size_t at, Value* value) {
    WICK_ASSERT(at <= inputs.size() && value->node->graph == graph);
    // Last first, so that the new index of one input never equals the old one of another that still waits.
    for (size_t i = inputs.size(); i-- > at;) find_use(inputs[i], {this, i})->index = i + 1;
    inputs.insert(inputs.begin() + at, value);
    value->uses.push_back({this, at});
    return value;
}

void Node::replace_input(size_t at, Value* value) {
    WICK_ASSERT(at < inputs.size() && value->node->graph == graph);
    drop_use(inputs[at], {this, at});
    inputs[at] = value;
    value->uses.push_back({this, at});
}

void Node::remove_input(size_t at) {
    WICK_ASSERT(at < inputs.size());
    drop_use(inputs[at], {this, at});
    shift_uses(this, at + 1, -1);
    inputs.erase(inputs.begin() + at);
}

void Node::remove_all_inputs() {
    for (size_t i = inputs.size(); i-- > 0;) drop_use(inputs[i], {this, i});
    inputs.clear();
}

Value* Node::add_output(TypePtr type) {
    outputs.push_back(graph->new_value(this, outputs.size(), std::move(type)));
    return outputs.back();
}

Value* Node::insert_output(size_t at, TypePtr type) {
    WICK_ASSERT(at <= outputs.size());
    Value* value = graph->new_value(this, at, std::move(type));
    outputs.insert(outputs.begin() + at, value);
    for (size_t i = at + 1; i < outputs.size(); ++i) outputs[i]->offset = i;
    return value;
}

void Node::erase_output(size_t at) {
    WICK_ASSERT(at < outputs.size() && outputs[at]->uses.empty());
    graph->free_value(outputs[at]);
    outputs.erase(outputs.begin() + at);
    for (size_t i = at; i < outputs.size(); ++i) outputs[i]->offset = i;
}

Block* Node::add_block() {
    Block* added = graph->new_block(this);
    if (block && block->depth() + 1 > kMaxBlockDepth) {
        throw CompileError(range, fmt::format("blocks nest deeper than {}", kMaxBlockDepth));
    }
    blocks.push_back(added);
    return added;
}

void Node::erase_block(size_t at) {
    WICK_ASSERT(at < blocks.size());
    blocks[at]->destroy();
    blocks.erase(blocks.begin() + at);
}

void Node::replace_all_uses_with(Node* other) {
    WICK_ASSERT(outputs.size() == other->outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i]->replace_all_uses_with(other->outputs[i]);
}

const AttributeValue* Node::find(Symbol name) const {
    for (const auto& [key, value] : attributes) {
        if (key == name) return &value;
    }
    return nullptr;
}

void Node::set_attr(Symbol name, AttributeValue value) {
    for (auto& [key, old] : attributes) {
        if (key == name) {
            old = std::move(value);
            return;
        }
    }
    attributes.emplace_back(name, std::move(value));
}

Node* Node::insert_before(Node* place) {
    WICK_ASSERT(!block && place->block && graph == place->graph);
    block = place->block;
    prev = place->prev;
    next = place;
    prev->next = this;
    next->prev = this;
    assign_position();
    return this;
}

Node* Node::insert_after(Node* place) { return insert_before(place->next); }

void Node::move_before(Node* place) {
    if (place == this || place == next) return;
    unlink();
    insert_before(place);
}

void Node::move_after(Node* place) {
    if (place == this) return;
    move_before(place->next);
}

void Node::unlink() {
    if (!block) return;
    if (graph->insert_before_ == this) graph->insert_before_ = next;
    prev->next = next;
    next->prev = prev;
    next = prev = nullptr;
    block = nullptr;
}

void Node::assign_position() {
    const int64_t before = prev == block->param_node ? kFirstPosition : prev->position;
    const int64_t after = next == block->return_node ? kLastPosition : next->position;
    if (before == kFirstPosition && after == kLastPosition) {
        position = 0;
    } else if (after == kLastPosition && before < kLastPosition - kPositionGap) {
        position = before + kPositionGap;
    } else if (before == kFirstPosition && after > kFirstPosition + kPositionGap) {
        position = after - kPositionGap;
    } else if (after != kLastPosition && before != kFirstPosition && after - before > 1) {
        position = before + (after - before) / 2;
    } else {
        int64_t at = 0;
        for (Node* node : block->nodes()) node->position = at += kPositionGap;
    }
}

void Node::destroy() {
    WICK_ASSERT(std::all_of(outputs.begin(), outputs.end(), [](const Value* value) { return value->uses.empty(); }));
    while (!blocks.empty()) erase_block(blocks.size() - 1);
    while (!outputs.empty()) erase_output(outputs.size() - 1);
    remove_all_inputs();
    unlink();
    graph->nodes_.remove(this);
}

bool Node::is_before(const Node* other) const {
    WICK_ASSERT(block && other->block);
    // Lift both to the block that holds both.
    const Node* first = this;
    const Node* second = other;
    size_t first_depth = first->block->depth();
    size_t second_depth = second->block->depth();
    for (; first_depth > second_depth; --first_depth) first = first->block->owner;
    for (; second_depth > first_depth; --second_depth) second = second->block->owner;
    while (first->block != second->block) {
        first = first->block->owner;
        second = second->block->owner;
        // In sibling blocks of one node: the earlier block comes first.
        if (first == second) return false;
    }
    if (first == second) return false;
    return first->position < second->position;
}

bool Node::has_side_effects() const {
    switch (SymbolId(kind.id())) {
        case SymbolId::prim_Print:
        case SymbolId::prim_RaiseException:
        case SymbolId::prim_SetAttr:
        case SymbolId::prim_CallFunction:
        case SymbolId::prim_CallMethod:
        case SymbolId::prim_Enter:
        case SymbolId::prim_Exit:
        case SymbolId::aten_warn:
        case SymbolId::aten_wait:
            return true;
        default:
            static const Symbol kManualSeed = Symbol::from("aten::manual_seed");
            static const Symbol kSave = Symbol::from("aten::save");
            // What gives nothing is called for what else it does: set_grad_enabled, backward.
            return is_foreign_call(kind) || kind == kManualSeed || kind == kSave ||
                   (op && op->has_side_effects && outputs.empty());
    }
}

}  // namespace wick::jit
