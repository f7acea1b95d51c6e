#pragma once
// Executes statements and expressions as Python does, over the syntax tree.

#include <string>
#include <vector>

#include <wick/ops/tensor_index.h>
#include <wick/support/function_ref.h>

#include "frontend/ast.h"
#include "program/session.h"

namespace wick::jit {

class ClassThing;
class FunctionThing;

class Evaluator {
 public:
    /// Works in `scope`; `ast` is the text that the statements are of.
    Evaluator(Session& session, ScopePtr scope, std::shared_ptr<const Ast> ast, Session::Frame& frame)
        : session_(session), scope_(std::move(scope)), ast_(std::move(ast)), frame_(frame) {}

    enum class Flow { normal, breaks, continues, returns };
    /// Where the statements end: at their last, or at one that leaves them.
    Flow execute(const ast::Block& statements);
    Flow execute(const ast::Stmt& statement);
    IValue evaluate(const ast::Expr& expr);
    /// What a return statement gave.
    IValue result;
    /// The class whose body the statements are, or null.
    ClassThing* defined = nullptr;

 private:
    // Statements
    void import(const ast::Import& statement);
    /// The module that `from … import` names, relative ones from the package of this file on.
    std::string module_of(const ast::Import& statement) const;
    void check_annotations(const ast::FunctionDef& def);
    void define(const ast::FunctionDef& def);
    void define(const ast::ClassDef& def);
    void assign(const ast::Expr& target, const IValue& value);
    void assign_name(const std::string& name, IValue value);
    void unpack(const ast::Exprs& targets, const IValue& value);
    void augmented_assign(const ast::AugmentedAssign& statement);
    void remove(const ast::Expr& target);
    Flow loop_over(const ast::For& statement);
    Flow with(const ast::With& statement, size_t item);
    // evaluator_exceptions.cpp
    Flow attempt(const ast::Try& statement);
    Flow attempt_with_handlers(const ast::Try& statement);
    void raise(const ast::Raise& statement);
    Flow handle(const ast::Try& statement, const IValue& exception, bool& handled);

    // Expressions
    IValue value_of(const ast::Expr& expr);
    IValue name(const ast::Name& expr);
    IValue binary(TokenKind op, const IValue& left, const IValue& right);
    IValue unary(const ast::Unary& expr);
    bool compare(TokenKind op, const IValue& left, const IValue& right, IValue& result);
    IValue call(const ast::Call& expr);
    IValue subscript(const ast::Subscript& expr);
    /// As Python has them between a tensor's brackets.
    std::vector<indexing::TensorIndex> tensor_indices(const ast::Exprs& indices);
    void assign_subscript(const ast::Subscript& target, const IValue& value);
    std::vector<IValue> slice(const std::vector<IValue>& items, const ast::Slice& slice);
    void comprehension(const std::vector<ast::Comprehension>& loops, size_t level, FunctionRef<void()> body);
    IValue formatted(const ast::FormattedString& expr);
    std::vector<IValue> spread(const ast::Exprs& exprs);
    int64_t index(const IValue& value, size_t size, const char* what);

    Session& session_;
    ScopePtr scope_;
    std::shared_ptr<const Ast> ast_;
    Session::Frame& frame_;
    std::vector<IValue> handling_;  ///< the exceptions whose handlers are running, for `raise` alone
};

/// Runs `body` with what the context manager gives on entering; the manager is left however the body ends.
void in_context(Session& session, const IValue& manager, FunctionRef<void(const IValue& entered)> body);

}  // namespace wick::jit
