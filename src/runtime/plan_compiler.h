#pragma once
// What makes a Plan of a graph.
//
// Nodes become instructions one after the other (compile_nodes.cpp), branches and loops become jumps
// (compile_control.cpp); which register a value has and when it dies is in compile_plan.cpp.

#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <wick/support/check.h>

#include "runtime/plan.h"
#include "runtime/select_opcode.h"

namespace wick::jit {

class PlanCompiler {
 public:
    explicit PlanCompiler(Plan& plan) : plan_(plan) {}

    void compile(const Graph& graph);

 private:
    using ValueSet = std::unordered_set<const Value*>;

    // Tables ----------------------------------------------------------------------------------------------------------

    int32_t index32(size_t n) {
        WICK_CHECK(n < (size_t{1} << 29), "a function is too large to be compiled");
        return static_cast<int32_t>(n);
    }
    template <class T>
    int32_t append(std::vector<T>& table, T entry) {
        table.push_back(std::move(entry));
        return index32(table.size() - 1);
    }
    int32_t list(const std::vector<Operand>& operands) {
        const int32_t start = index32(plan_.operand_lists.size());
        plan_.operand_lists.insert(plan_.operand_lists.end(), operands.begin(), operands.end());
        return start;
    }
    int32_t type(TypePtr t) { return append(plan_.types, std::move(t)); }
    Operand constant(IValue value) { return constant_operand(append(plan_.constants, std::move(value))); }
    size_t emit(Opcode opcode, uint32_t a, int32_t b = 0, int32_t c = 0, int32_t extra = 0);
    void place(const Node* node);
    /// Where a jump goes to, as the distance from it.
    static int32_t& target_of(Instruction& jump) {
        const OpcodeInfo& info = info_of(jump.opcode);
        return info.b == OperandKind::Target ? jump.b : info.c == OperandKind::Target ? jump.c : jump.extra;
    }
    void set_target(size_t jump, int32_t target) { target_of(plan_.code[jump]) = target - static_cast<int32_t>(jump); }
    void land_here(const std::vector<size_t>& jumps) {
        for (const size_t jump : jumps) set_target(jump, here());
    }
    int32_t here() const { return static_cast<int32_t>(plan_.code.size()); }

    // Values ----------------------------------------------------------------------------------------------------------

    uint32_t define(const Value* value);
    uint32_t define_in(const Value* value, uint32_t reg) {
        operands_[value] = register_operand(index32(reg));
        return reg;
    }
    /// Registers of a node's outputs, one after the other, at least `count` of them.
    uint32_t define_outputs(const Node* node, size_t count = 0);
    /// For outputs that nobody uses and no instruction makes.
    void define_nothing(const Node* node) {
        for (const Value* output : node->outputs) operands_[output] = constant(IValue());
    }
    /// Lets output `index` of the block be computed in register `reg` straight away, where the block's own node makes
    /// it and the register's present value (`old`, or none) is not needed any more.
    void want(const Block* block, size_t index, uint32_t reg, const Value* target, const Value* old);
    static bool writes_at_its_end(const Node* node);
    /// What `wanted` says of a value's register: the value that is in it before.
    const Value* replaced_by(const Value* value) const;
    Operand operand(const Value* value) const {
        const auto found = operands_.find(value);
        WICK_ASSERT(found != operands_.end());
        return found->second;
    }
    uint32_t reg(const Value* value) const { return static_cast<uint32_t>(operand(value)) / 2; }
    bool is_dying(const Value* value) const { return dying_ && dying_->count(value) > 0; }
    /// The value as an operand of the current node that uses it nowhere else.
    Operand last_operand(const Value* value) const;
    /// The node's inputs from `from` on; each dying one is marked where it stands last.
    std::vector<Operand> inputs(const Node* node, size_t from = 0) const;
    void drop(std::vector<const Value*> values);

    // Lifetimes -------------------------------------------------------------------------------------------------------

    /// Notes for every value used in `node` or its blocks that `top` is the last node of the current block to use it.
    static void note_uses(const Node* node, const Node* top, std::unordered_map<const Value*, const Node*>& last);
    /// Emits a block's nodes. `inherited`: values from outside that nobody needs after this block. On return, the
    /// values that die in the block's outputs are in dying_.
    void emit_block(const Block* block, const ValueSet& inherited);
    /// Ends what emit_block began, after the block's outputs were read.
    void leave_block(const ValueSet* outer) {
        dying_at_return_.pop_back();
        dying_ = outer;
    }

    // Nodes -----------------------------------------------------------------------------------------------------------

    [[noreturn]] void fail(const std::string& message) const { throw CompileError(node_->range, message); }
    void emit_node(const Node* node);
    void emit_list(Opcode opcode, const Node* node, int32_t extra);
    void emit_constant(const Node* node);
    void emit_attribute(const Node* node);
    int32_t slot_of(const Node* node);
    void emit_method_call(const Node* node);
    void emit_function_call(const Node* node);
    void emit_fork(const Node* node, Opcode opcode, std::string name);
    const Operator* operator_of(const Node* node) const;
    void emit_operator(const Node* node);
    /// The operands of an instruction on numbers or strings, converted to its type; c is 0 if there is one only.
    std::pair<Operand, Operand> scalar_operands(const Node* node, const ScalarInstruction& scalar,
                                                std::vector<Operand> operands);
    /// Division and remainder by a power of two, which round towards minus infinity, are a shift and a mask.
    void emit_scalar(const Node* node, Opcode opcode, Operand b, Operand c);
    /// Of a test that jumps: it leaves its operands where they are.
    std::pair<Operand, Operand> jump_operands(const Node* node, const ScalarInstruction& test);
    void emit_direct(const Node* node, Opcode opcode);
    /// A composite with several results returns a tuple where a kernel fills several registers.
    void unpack_results(const Node* node);

    // Paths of attributes ---------------------------------------------------------------------------------------------

    /// Finds the block's steps: GetAttrs of an object that only other GetAttrs ask for, between which nothing happens
    /// that could change it. Those begin where the step does, and the object has no register.
    void find_steps(const Block* block);
    bool is_step(const Node* node) const { return step_depth_.contains(node); }
    /// The object from which a GetAttr starts; `visit` sees it and the steps on the way, the last first.
    template <class Visit>
    const Value* path_base(const Node* node, const Visit& visit) const {
        for (;; node = node->input(0)->node) {
            visit(node);
            if (!is_step(node->input(0)->node)) return node->input(0);
        }
    }

    // Conditions ------------------------------------------------------------------------------------------------------

    // A test that only the following branch or loop asks for is not computed as a value: it becomes jumps there, and so
    // does an `and` or `or` of tests.

    /// Whether the node is left to the one that asks for its result (jump_unless, repeat_if).
    bool is_condition(const Node* node);
    /// The inputs that may be moved out of their registers.
    static std::vector<const Value*> taken(const Node* node);
    /// Whether the node or its blocks read one of the values.
    static bool reads_any_of(const Node* node, const std::vector<const Value*>& values);
    /// Code that goes on if the value is true, and jumps if it is false: the jumps are added to `if_false`.
    void jump_unless(const Value* value, std::vector<size_t>& if_false);
    void jump_unless_result(const Block* block, std::vector<size_t>& if_false);
    /// The end of a loop: goes back to `start` if the value is true.
    void repeat_if(const Value* value, Operand operand, int32_t start);

    // Control flow ----------------------------------------------------------------------------------------------------

    void emit_if(const Node* node);
    void emit_branch(const Node* node, const Block* block, const ValueSet& dying);
    /// The loop-carried values live in the registers of the body's inputs, which are also those of the node's outputs.
    void emit_loop(const Node* node);
    void move(uint32_t target, Operand source) {
        if (source < 0 || static_cast<uint32_t>(source) / 2 != target) emit(Opcode::Move, target, source);
    }
    /// Moves the sources into the targets as if at once.
    void move_all(std::vector<Operand> sources, const std::vector<uint32_t>& targets);

    Plan& plan_;
    const Node* node_ = nullptr;
    std::unordered_map<const Value*, Operand> operands_;
    const ValueSet* dying_ = nullptr;
    std::vector<ValueSet> dying_at_return_;
    std::unordered_map<const Node*, int> step_depth_;  ///< how many lead to each step
    std::unordered_set<const void*> begun_;            ///< inlined calls, by what their nodes have in common
    ValueSet conditions_;                              ///< what is not computed as a value
    struct Wanted {
        uint32_t reg;
        const Value* old;
    };
    std::unordered_map<const Value*, Wanted> wanted_;  ///< values that have a register before they are computed
};

/// A value whose register may simply go stale: nothing is held by it.
bool is_plain(const Value* value);

}  // namespace wick::jit
