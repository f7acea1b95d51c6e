#pragma once
// The typed program: Graph, Block, Node, Value.
//
// A graph is in SSA form: a Value is assigned once, by the Node it is an output of (block inputs belong to the block's
// param node), and used only where that assignment dominates. Control flow is nested blocks, as in PyTorch:
//
//   prim::If(cond)               two blocks without inputs; the i-th outputs of both become the node's i-th output
//   prim::Loop(max_trip, cond, carried…)   one block: inputs (trip number, carried…), outputs (cond, carried…)
//
// Aliasing and mutation stay in the operators (their schemas say which arguments they write), in program order.
// Attributes hold compile-time data: `value` of prim::Constant, `name` of prim::GetAttr/SetAttr/CallMethod, `types`
// of prim::isinstance, the subgraph of prim::fork.
// Nothing here assumes that the program was written in Python.

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <wick/support/source_range.h>
#include <wick/types/function.h>
#include <wick/types/ivalue.h>
#include <wick/types/type.h>

#include "ir/symbol.h"
#include "ops/registry.h"

namespace wick::jit {

struct Node;
struct Block;
struct Graph;

/// One use: input number `index` of `user` (the block's return node for block outputs).
struct Use {
    Node* user;
    size_t index;
    bool operator==(const Use&) const = default;
};

struct Value {
    Value(Node* node, size_t offset, size_t id, TypePtr type)
        : node(node), offset(offset), id(id), type(std::move(type)) {}

    Node* node;        ///< what assigns it; a Param node for block and graph inputs
    size_t offset;     ///< which output of `node`
    size_t id;         ///< unique in the graph; printed when there is no name
    std::string name;  ///< unique in the graph, or "": "x.1", "input.3"
    TypePtr type;
    std::vector<Use> uses;
    size_t slot = 0;  ///< bookkeeping of the graph that owns it

    /// "x.1", or the number.
    std::string debug_name() const { return name.empty() ? std::to_string(id) : name; }
    bool has_name() const { return !name.empty(); }
    Graph& graph() const;
    /// PyTorch's rule: this value gets exactly `name`; an earlier holder of it is renamed to the next free "base.N".
    /// "" takes the name away. A name may not be all digits.
    Value* set_name(std::string_view name);
    /// The name without a numeric ".N" suffix.
    std::string name_base() const;
    Value* set_type(TypePtr t) {
        type = std::move(t);
        return this;
    }
    /// Copies name (uniquified) and type.
    Value* copy_metadata(const Value* from);
    void replace_all_uses_with(Value* other);
};

/// Value of an attribute. IValue covers numbers, strings, tensors and lists; types and subgraphs have their own cases.
using AttributeValue =
    std::variant<IValue, TypePtr, std::vector<TypePtr>, std::shared_ptr<Graph>, IntrusivePtr<Function>>;

struct Node {
    explicit Node(Graph* graph, Symbol kind) : kind(kind), graph(graph) {}

    Symbol kind;
    Graph* graph = nullptr;
    Block* block = nullptr;  ///< the block it stands in; null while not inserted
    Node* next = nullptr;    ///< in the block's circular list, closed by the return node
    Node* prev = nullptr;
    std::vector<Value*> inputs;
    std::vector<Value*> outputs;
    std::vector<Block*> blocks;
    std::vector<std::pair<Symbol, AttributeValue>> attributes;
    SourceRange range;
    /// Calls that were inlined around this node, outermost first: (function name, call site).
    std::shared_ptr<const std::vector<std::pair<std::string, SourceRange>>> inlined_from;
    /// The operator that matched when the node was emitted; null for prim:: forms that the interpreter knows itself.
    const Operator* op = nullptr;
    int64_t position = 0;  ///< grows along the block's list; is_before compares it
    size_t slot = 0;       ///< bookkeeping of the graph that owns it

    Value* input(size_t i) const { return inputs[i]; }
    Value* output(size_t i) const { return outputs[i]; }
    /// The only output.
    Value* output() const { return outputs[0]; }

    Value* add_input(Value* value);
    Value* insert_input(size_t at, Value* value);
    void replace_input(size_t at, Value* value);
    void remove_input(size_t at);
    void remove_all_inputs();
    Value* add_output(TypePtr type = tensor_type());
    Value* insert_output(size_t at, TypePtr type = tensor_type());
    /// The output must have no uses.
    void erase_output(size_t at);
    Block* add_block();
    void erase_block(size_t at);
    void replace_all_uses_with(Node* other);

    const AttributeValue* find(Symbol name) const;
    template <class T>
    const T& attr(Symbol name) const {
        return std::get<T>(*find(name));
    }
    const std::string& name_attr() const { return attr<IValue>(sym::attr_name).to_string(); }
    void set_attr(Symbol name, AttributeValue value);

    Node* insert_before(Node* place);
    Node* insert_after(Node* place);
    void move_before(Node* place);
    void move_after(Node* place);
    /// Removes and frees it; its outputs must have no uses. Nested blocks go first.
    void destroy();
    /// Whether it stands before `other` in program order (blocks considered).
    bool is_before(const Node* other) const;
    /// Side effects that forbid removal, beyond what schemas say of writes (raise, print, set attribute, calls, …).
    bool has_side_effects() const;
    /// The node's line(s) in a printed graph.
    std::string str() const;
    /// Reads state that is not among its inputs (random numbers): neither folded nor merged, but removable.
    bool is_nondeterministic() const { return op && op->has_side_effects; }

 private:
    friend struct Block;
    void unlink();
    void assign_position();
};

struct Block {
    Block(Graph* graph, Node* owner) : graph(graph), owner(owner) {}

    Graph* graph;
    Node* owner;                  ///< node this block belongs to; null for a graph's own block
    Node* param_node = nullptr;   ///< its outputs are the block's inputs; the list's first
    Node* return_node = nullptr;  ///< its inputs are the block's outputs; the list's last and its sentinel
    size_t slot = 0;              ///< bookkeeping of the graph that owns it

    const std::vector<Value*>& inputs() const { return param_node->outputs; }
    const std::vector<Value*>& outputs() const { return return_node->inputs; }
    Value* add_input(std::string_view name = "", TypePtr type = tensor_type());
    Value* insert_input(size_t at, std::string_view name = "", TypePtr type = tensor_type());
    /// The input must have no uses.
    void erase_input(size_t at) { param_node->erase_output(at); }
    size_t register_output(Value* value);
    void insert_output(size_t at, Value* value) { return_node->insert_input(at, value); }
    void erase_output(size_t at) { return_node->remove_input(at); }
    void replace_output(size_t at, Value* value) { return_node->replace_input(at, value); }
    Node* append(Node* node) { return node->insert_before(return_node); }
    Node* prepend(Node* node) { return node->insert_before(param_node->next); }
    /// Appends copies of the inputs, nodes and outputs of `from`; `map` gives the value for what stands outside of it.
    void clone_from(const Block* from, const std::function<Value*(Value*)>& map);
    /// Number of blocks around this one; 0 for a graph's own.
    size_t depth() const;
    void destroy();

    /// Iterates over the nodes; the current node may be destroyed or moved.
    struct Iterator {
        Node* node;
        Node* following;
        explicit Iterator(Node* n) : node(n), following(n->next) {}
        Node* operator*() const { return node; }
        Iterator& operator++() {
            node = following;
            following = node->next;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return node != other.node; }
    };
    struct Nodes {
        const Block* block;
        Iterator begin() const { return Iterator(block->param_node->next); }
        Iterator end() const { return Iterator(block->return_node); }
    };
    Nodes nodes() const { return Nodes{this}; }
};

/// Objects that come and go: each is freed when it is removed, the rest with the arena. T::slot is its place here.
template <class T>
class Arena {
 public:
    template <class... Args>
    T* make(Args&&... args) {
        objects_.push_back(std::make_unique<T>(std::forward<Args>(args)...));
        objects_.back()->slot = objects_.size() - 1;
        return objects_.back().get();
    }
    void remove(T* object) {
        const size_t slot = object->slot;
        std::swap(objects_[slot], objects_.back());
        objects_[slot]->slot = slot;
        objects_.pop_back();
    }
    size_t size() const { return objects_.size(); }

 private:
    std::vector<std::unique_ptr<T>> objects_;
};

/// Blocks nest at most this deep; a deeper program is a CompileError.
inline constexpr size_t kMaxBlockDepth = 200;

/// The operators' meaning: today's, or that of an archive's file version (see frontend/upgraders.h).
inline constexpr int64_t kCurrentVersion = INT64_MAX;

/// A function body. Owns its nodes, values and blocks.
struct Graph {
    Graph();
    ~Graph();
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    Block* block() const { return block_; }
    const std::vector<Value*>& inputs() const { return block_->inputs(); }
    const std::vector<Value*>& outputs() const { return block_->outputs(); }
    Value* add_input(std::string_view name = "", TypePtr type = tensor_type()) {
        return block_->add_input(name, std::move(type));
    }
    size_t register_output(Value* value) { return block_->register_output(value); }
    size_t node_count() const { return nodes_.size(); }

    /// What its operators mean: that of an older file only until the front end has upgraded them.
    int64_t version = kCurrentVersion;

    /// A node that is not yet in a block.
    Node* create(Symbol kind, size_t outputs = 1);
    Node* create(Symbol kind, std::vector<Value*> inputs, size_t outputs = 1);
    /// A copy of `node` with its blocks, not yet in a block; inputs and outer values are looked up through `map`.
    Node* create_clone(const Node* node, const std::function<Value*(Value*)>& map);
    /// Puts the node at the insertion point.
    Node* insert(Node* node);
    Node* insert_node(Symbol kind, std::vector<Value*> inputs, size_t outputs = 1) {
        return insert(create(kind, std::move(inputs), outputs));
    }
    /// prim::Constant with the value's type (or `type`, for None of an Optional). None has no `value` attribute, as in
    /// PyTorch. Throws InternalError for values that have no constant form.
    Value* insert_constant(IValue value, TypePtr type = {}, SourceRange range = {});
    /// An operator found by exact overload; inserts constants for missing defaults. Result type from the schema.
    Value* insert_op(std::string_view operator_name, std::vector<Value*> inputs);

    Node* insert_point() const { return insert_before_; }
    void set_insert_point(Node* before) { insert_before_ = before; }
    void set_insert_point(Block* at_end_of) { insert_before_ = at_end_of->return_node; }

    std::shared_ptr<Graph> copy() const;
    /// PyTorch's text of the graph; with ranges, each line ends in ` # file:line:col`.
    std::string str(bool with_ranges = true) const;
    /// Checks every invariant in this header (uses match inputs, dominance, block shapes, types against schemas);
    /// throws InternalError naming the node.
    void verify() const;

 private:
    friend struct Node;
    friend struct Value;
    friend struct Block;
    friend class GraphParser;
    Block* new_block(Node* owner);
    Value* new_value(Node* node, size_t offset, TypePtr type);

    void free_value(Value* value);

    std::unordered_map<std::string, Value*> names_;
    std::unordered_map<std::string, size_t> name_suffixes_;  // base name -> next suffix to try
    Arena<Node> nodes_;
    Arena<Value> values_;
    Arena<Block> blocks_;
    size_t next_id_ = 0;
    Block* block_;
    Node* insert_before_;
};

/// Moves the insertion point for a scope.
class InsertPoint {
 public:
    InsertPoint(Graph& graph, Node* before) : graph_(graph), saved_(graph.insert_point()) {
        graph.set_insert_point(before);
    }
    InsertPoint(Graph& graph, Block* at_end_of) : InsertPoint(graph, at_end_of->return_node) {}
    ~InsertPoint() { graph_.set_insert_point(saved_); }

 private:
    Graph& graph_;
    Node* saved_;
};

/// Parses the text that Graph::str prints; CompileError with line and column on a mistake. `resolve_class` finds
/// nominal types by qualified name; without it every name stands for an empty class of its own. Texts that leave data
/// out (`<Tensor>`, tensors of more than one element) are refused.
std::shared_ptr<Graph> parse_graph(std::string_view text,
                                   const std::function<TypePtr(const std::string&)>& resolve_class = {});

/// Whether insert_constant accepts the value: None, numbers, strings, devices, tensors, enums, functions, and lists,
/// tuples and dicts of these.
bool is_constant_form(const IValue& value);

/// Whether the node's inputs fit the schema's arguments by number and type.
bool matches_schema(const Node& node, const Schema& schema);
/// The first registered overload of the node's kind whose arguments take the node's inputs, or null.
const Operator* match_operator(const Node& node);

/// Constant of a prim::Constant-assigned value, or null if it is not one (or is a function).
const IValue* constant_value(const Value* value);

}  // namespace wick::jit
