#pragma once
// The emitter's inside: one object per function (and per nested function), its members in one file per kind of syntax.

#include <functional>
#include <map>
#include <optional>
#include <unordered_set>
#include <vector>

#include "frontend/emitter.h"
#include "frontend/environment.h"
#include "frontend/special_form.h"
#include "frontend/type_parser.h"

namespace wick::jit {

/// What a condition tells about variables, when it holds and when it does not.
struct Refinement {
    std::string name;
    TypePtr type;
};
struct Refinements {
    std::vector<Refinement> when_true;
    std::vector<Refinement> when_false;
    Refinements inverted() const { return {when_false, when_true}; }
    /// Of `a and b` / `a or b`.
    Refinements both(const Refinements& other) const;
    Refinements either(const Refinements& other) const;
};

/// An emitted condition; `known` when the types alone decide it, so that only one branch is compiled.
struct Condition {
    Value* value;
    Refinements refinements;
    std::optional<bool> known;
};

/// What only some numbers of arguments, and no keywords, are given to.
void expect_arguments(const ast::Call& call, std::string_view name, size_t least, size_t most);

class Emitter {
 public:
    Emitter(Function& function, Graph& graph, Resolver& resolver, ClassType* initialized)
        : function_(function), graph_(graph), resolver_(resolver), initialized_(initialized), env_(graph, resolver) {}

    /// The whole function into a block; returns its complete schema.
    Schema emit_body(const ast::FunctionDef& def, Schema schema, Block* block);

 private:
    // emitter.cpp: functions
    /// Tells calls of the function from its own body what it returns.
    void publish(Schema schema, const TypePtr& result);
    void emit_nested_function(const ast::FunctionDef& def);

    // emitter_statements.cpp
    void emit_statements(const ast::Block& statements);
    void emit_statement(const ast::Stmt& statement);
    void emit_return(const ast::Return& statement);
    void emit_return_value(const SourceRange& range, Value* value);
    void emit_assign(const ast::Assign& statement);
    void emit_assign_to(const ast::Expr& target, const SugaredPtr& value, const SourceRange& range,
                        const TypePtr& annotation = {});
    void declare_attribute(const SourceRange& range, const SugaredValue& object, const std::string& name,
                           const TypePtr& type);
    void emit_unpack_to(const ast::Exprs& targets, const SugaredPtr& value, const SourceRange& range);
    void emit_augmented_assign(const ast::AugmentedAssign& statement);
    Value* emit_augmented_object(const ast::AugmentedAssign& statement, Value* object, Value* operand);
    void emit_delete(const ast::Delete& statement);
    void emit_raise(const ast::Raise& statement);
    void emit_exception(const SourceRange& range, Value* message, Value* class_name);
    void emit_assert(const ast::Assert& statement);
    void emit_with(const ast::With& statement);

    // emitter_control.cpp
    void emit_if(const ast::If& statement);
    void emit_if_else(const SourceRange& range, const Condition& condition, const std::function<void()>& then,
                      const std::function<void()>& otherwise);
    void emit_while(const ast::While& statement);
    void emit_for(const ast::For& statement);
    /// With an iterator, `body` gets its elements one after the other; without, null while the condition holds.
    void emit_loop(const SourceRange& range, const SugaredPtr& iterator, const ast::Expr* condition,
                   const std::function<void(const SugaredPtr& element)>& body);
    void emit_iteration(const SourceRange& range, const ast::Expr& target, const ast::Expr& iterable,
                        const std::function<void()>& body);
    /// `step` gets the elements one after the other; those of tuples and modules without a loop.
    void emit_over(const SourceRange& range, const SugaredPtr& iterator,
                   const std::function<void(const SugaredPtr& element)>& step);
    void emit_break_or_continue(const ast::Stmt& statement);
    Condition emit_condition(const ast::Expr& expr);
    Condition known_condition(const SourceRange& range, bool value, Refinements refinements = {});
    Condition emit_logical(const ast::BoolOperation& expr);
    Condition emit_is(const ast::Compare& expr);
    Condition emit_isinstance(const ast::Call& call);
    /// isinstance() of what is no first-class value, where that is known now.
    std::optional<bool> known_instance(const SugaredValue& object, const ast::Expr& types);
    Condition emit_hasattr(const ast::Call& call);
    Value* emit_truth(const SourceRange& range, Value* value);
    /// The values of both sides are of one type, or of members of `hint`.
    Value* emit_choice(const SourceRange& range, const Condition& condition, const std::function<Value*()>& then,
                       const std::function<Value*()>& otherwise, const TypePtr& hint = {});
    void insert_refinements(const SourceRange& range, const std::vector<Refinement>& refinements);

    // emitter_expressions.cpp
    SugaredPtr emit_sugared(const ast::Expr& expr, const TypePtr& hint = {});
    Value* emit(const ast::Expr& expr, const TypePtr& hint = {});
    /// Where PyTorch emits an expression once more than it needs it: of that only the numbers of later values tell, so
    /// what would be done twice is taken out again. Expressions that nest deeply are not repeated.
    void emit_again(const ast::Expr& expr);
    bool may_emit_again(const ast::Expr& expr) const;
    /// Where PyTorch computes an operand before what Python computes first: in PyTorch's order, in Python's when the
    /// operand does something that `first`, which emits the other, could notice.
    Value* emit_after(const ast::Expr& operand, const TypePtr& hint, const std::function<void()>& first);
    /// Whether the nodes between `before` and the insertion point do more than compute their outputs.
    bool has_effects_since(const Node* before) const;
    /// The value itself when it is of the type already.
    Value* emit_cast(const SourceRange& range, Value* value, const TypePtr& type);
    Value* cast_to_union(const SourceRange& range, Value* container, const TypePtr& hint);
    Value* emit_simple(const ast::Expr& expr, const TypePtr& hint);
    Value* emit_operator_call(const SourceRange& range, TokenKind op, Value* left, Value* right);
    /// A def's body in place, its parameters being the values.
    Value* emit_text(const SourceRange& range, const std::string& def, const std::vector<Value*>& values);
    Value* emit_container_equality(const SourceRange& range, Value* left, Value* right);
    Value* emit_comparison(const SourceRange& range, TokenKind op, Value* left, Value* right);
    Value* emit_list(const ast::List& expr, const TypePtr& hint);
    Value* emit_dict(const ast::Dict& expr, const TypePtr& hint);
    Value* emit_list_comprehension(const ast::ListComprehension& expr, const TypePtr& hint);
    Value* emit_dict_comprehension(const ast::DictComprehension& expr, const TypePtr& hint);
    /// Runs `body` in a scope of its own, which its variables do not leave.
    void emit_comprehension(const SourceRange& range, const std::function<void()>& body);
    /// A list or dict that grows by what `fill` adds: of the hint's type, else of that of its members.
    Value* emit_growing_list(const SourceRange& range, const TypePtr& hint,
                             const std::function<void(const std::function<void(Value*)>& add)>& fill);
    Value* emit_growing_dict(const SourceRange& range, const TypePtr& hint,
                             const std::function<void(const std::function<void(Value* key, Value* value)>& add)>& fill);
    void emit_comprehension_loop(const SourceRange& range, const std::vector<ast::Comprehension>& loops, size_t level,
                                 const std::function<void()>& body);
    Value* emit_formatted_string(const ast::FormattedString& expr);
    /// The common type of a display's elements: the hint's where they fit it, else their union.
    static TypePtr element_type(const std::vector<Value*>& values, const TypePtr& hint);
    Value* construct_list(const SourceRange& range, const TypePtr& element, std::vector<Value*> values);

    // emitter_calls.cpp
    SugaredPtr emit_call(const ast::Call& call, const TypePtr& hint);
    SugaredPtr emit_special_form(const ast::Call& call, const SpecialFormValue& form, const TypePtr& hint);
    NamedValues emit_arguments(const ast::Exprs& args, size_t from = 0);
    /// Of a callee that takes functions and classes.
    std::vector<SugaredArgument> emit_things(const ast::Call& call);
    NamedValues emit_keywords(const std::vector<ast::Keyword>& keywords);
    SugaredPtr emit_fork(const ast::Call& call, SpecialForm form);
    Value* emit_remote_call(const ast::Call& call, const SpecialFormValue& form);
    Value* emit_tolist(const SourceRange& range, Value* tensor, const TypePtr& type);
    Value* emit_list_form(const ast::Call& call, const TypePtr& hint);
    Value* emit_dict_form(const ast::Call& call, const TypePtr& hint);

    // emitter_subscript.cpp
    SugaredPtr emit_subscript(const ast::Subscript& expr, const TypePtr& hint);
    /// One index of a tensor, with the dimension that it is for; slices are emitted where they are applied.
    struct TensorIndex {
        int64_t dim = 0;
        Value* value = nullptr;
        std::optional<SliceValue::Bounds> slice = {};
    };
    int64_t emit_index(const SourceRange& range, const ast::Expr& index, int64_t dim, bool from_end, TensorIndex& out);
    Value* emit_tensor_index(const SourceRange& range, Value* tensor, const ast::Exprs& indices,
                             std::vector<Value*>* index_tensors);
    Value* emit_index_list(const SourceRange& range, const std::vector<Value*>& index_tensors);
    /// The bounds of an index that is a slice: `a:b:c`, or an object that slice(…) has made.
    std::optional<SliceValue::Bounds> emit_slice(const ast::Expr& index);
    Value* emit_list_slice(const SourceRange& range, Value* list, const SliceValue::Bounds& slice);
    Value* emit_tuple_index(const SourceRange& range, Value* tuple, const ast::Expr& index);
    /// What a slice of constants picks out of `count` members.
    std::vector<int64_t> slice_indices(const SourceRange& range, const SliceValue::Bounds& slice, int64_t count);
    Value* emit_tuple_slice(const SourceRange& range, Value* tuple, const SliceValue::Bounds& slice);
    void emit_subscript_assign(const ast::Subscript& target, Value* value, const SourceRange& range);

    std::optional<int64_t> constant_int(Value* value);
    /// The graph's one node for a number literal, at the graph's start.
    Value* literal(const IValue& number, const SourceRange& range);
    TypePtr type_from(const ast::Expr& annotation) { return parse_type(annotation, resolver_); }
    bool has_exited() const { return exited_.count(env_.block()) != 0; }
    void mark_exited() { exited_.insert(env_.block()); }
    Node* insert(Symbol kind, std::vector<Value*> inputs, size_t outputs, const SourceRange& range);

    struct FunctionState {
        TypePtr declared_return;  ///< null without an annotation
        TypePtr merged_return;    ///< of the return statements so far
    };

    Function& function_;
    Graph& graph_;
    Resolver& resolver_;
    ClassType* initialized_;         ///< the class whose __init__ this is, while its attributes are being declared
    Schema* provisional_ = nullptr;  ///< of the outermost function while its own statements are emitted
    Environment env_;
    std::vector<FunctionState> functions_;
    std::unordered_set<const Block*> exited_;  ///< blocks whose end is not reached
    std::map<int64_t, Value*> int_literals_;
    std::map<uint64_t, Value*> float_literals_;  ///< by their bits: 0.0 is not -0.0
    std::map<std::pair<uint64_t, uint64_t>, Value*> complex_literals_;
    int again_ = 0;  ///< repeated emissions around this one
    enum class Loop { none, loop, unrolled };
    Loop loop_ = Loop::none;
};

}  // namespace wick::jit
