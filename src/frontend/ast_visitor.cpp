#include "frontend/ast_visitor.h"

namespace wick::jit {

namespace {

using Visit = std::function<bool(const ast::Expr&)>;

class Walker {
 public:
    explicit Walker(const Visit& visit) : visit_(visit) {}

    void block(const ast::Block& statements) {
        for (const ast::Stmt* statement : statements) this->statement(*statement);
    }

    template <class T>
    static const T& cast(const ast::SyntaxNode& node) {
        return static_cast<const T&>(node);
    }

    void all(const ast::Exprs& exprs) {
        for (const ast::Expr* expr : exprs) this->expr(expr);
    }

    void parameters(const std::vector<ast::Parameter>& list) {
        for (const ast::Parameter& parameter : list) {
            expr(parameter.annotation);
            expr(parameter.default_value);
        }
    }

    void loops(const std::vector<ast::Comprehension>& list) {
        for (const ast::Comprehension& loop : list) {
            expr(loop.target);
            expr(loop.iterable);
            all(loop.conditions);
        }
    }

    void expr(const ast::Expr* node) {
        if (!node || !visit_(*node)) return;
        switch (node->kind) {
            case ast::ExprKind::Name:
            case ast::ExprKind::Constant:
            case ast::ExprKind::PythonExpression:
                break;
            case ast::ExprKind::FormattedString:
                for (const auto& piece : cast<ast::FormattedString>(*node).pieces) expr(piece.value);
                break;
            case ast::ExprKind::Unary:
                expr(cast<ast::Unary>(*node).operand);
                break;
            case ast::ExprKind::Binary:
                expr(cast<ast::Binary>(*node).left);
                expr(cast<ast::Binary>(*node).right);
                break;
            case ast::ExprKind::BoolOperation:
                expr(cast<ast::BoolOperation>(*node).left);
                expr(cast<ast::BoolOperation>(*node).right);
                break;
            case ast::ExprKind::Compare:
                expr(cast<ast::Compare>(*node).first);
                for (const auto& [op, operand] : cast<ast::Compare>(*node).rest) expr(operand);
                break;
            case ast::ExprKind::Conditional:
                expr(cast<ast::Conditional>(*node).condition);
                expr(cast<ast::Conditional>(*node).then);
                expr(cast<ast::Conditional>(*node).otherwise);
                break;
            case ast::ExprKind::Call:
                expr(cast<ast::Call>(*node).callee);
                all(cast<ast::Call>(*node).args);
                for (const ast::Keyword& keyword : cast<ast::Call>(*node).keywords) expr(keyword.value);
                break;
            case ast::ExprKind::Attribute:
                expr(cast<ast::Attribute>(*node).value);
                break;
            case ast::ExprKind::Subscript:
                expr(cast<ast::Subscript>(*node).value);
                all(cast<ast::Subscript>(*node).indices);
                break;
            case ast::ExprKind::Slice:
                expr(cast<ast::Slice>(*node).start);
                expr(cast<ast::Slice>(*node).stop);
                expr(cast<ast::Slice>(*node).step);
                break;
            case ast::ExprKind::Starred:
                expr(cast<ast::Starred>(*node).value);
                break;
            case ast::ExprKind::Tuple:
                all(cast<ast::Tuple>(*node).elements);
                break;
            case ast::ExprKind::List:
                all(cast<ast::List>(*node).elements);
                break;
            case ast::ExprKind::Dict:
                all(cast<ast::Dict>(*node).keys);
                all(cast<ast::Dict>(*node).values);
                break;
            case ast::ExprKind::ListComprehension:
                expr(cast<ast::ListComprehension>(*node).element);
                loops(cast<ast::ListComprehension>(*node).loops);
                break;
            case ast::ExprKind::DictComprehension:
                expr(cast<ast::DictComprehension>(*node).key);
                expr(cast<ast::DictComprehension>(*node).value);
                loops(cast<ast::DictComprehension>(*node).loops);
                break;
            case ast::ExprKind::Lambda:
                parameters(cast<ast::Lambda>(*node).parameters);
                expr(cast<ast::Lambda>(*node).body);
                break;
        }
    }

    void statement(const ast::Stmt& node) {
        switch (node.kind) {
            case ast::StmtKind::Assign:
                all(cast<ast::Assign>(node).targets);
                expr(cast<ast::Assign>(node).annotation);
                expr(cast<ast::Assign>(node).value);
                break;
            case ast::StmtKind::AugmentedAssign:
                expr(cast<ast::AugmentedAssign>(node).target);
                expr(cast<ast::AugmentedAssign>(node).value);
                break;
            case ast::StmtKind::Expression:
                expr(cast<ast::Expression>(node).value);
                break;
            case ast::StmtKind::If:
                expr(cast<ast::If>(node).condition);
                block(cast<ast::If>(node).then);
                block(cast<ast::If>(node).otherwise);
                break;
            case ast::StmtKind::While:
                expr(cast<ast::While>(node).condition);
                block(cast<ast::While>(node).body);
                block(cast<ast::While>(node).otherwise);
                break;
            case ast::StmtKind::For:
                expr(cast<ast::For>(node).target);
                expr(cast<ast::For>(node).iterable);
                block(cast<ast::For>(node).body);
                block(cast<ast::For>(node).otherwise);
                break;
            case ast::StmtKind::With:
                for (const auto& item : cast<ast::With>(node).items) {
                    expr(item.value);
                    expr(item.target);
                }
                block(cast<ast::With>(node).body);
                break;
            case ast::StmtKind::Try:
                block(cast<ast::Try>(node).body);
                for (const auto& handler : cast<ast::Try>(node).handlers) {
                    expr(handler.type);
                    block(handler.body);
                }
                block(cast<ast::Try>(node).otherwise);
                block(cast<ast::Try>(node).last);
                break;
            case ast::StmtKind::Assert:
                expr(cast<ast::Assert>(node).condition);
                expr(cast<ast::Assert>(node).message);
                break;
            case ast::StmtKind::Raise:
                expr(cast<ast::Raise>(node).exception);
                expr(cast<ast::Raise>(node).cause);
                break;
            case ast::StmtKind::Delete:
                all(cast<ast::Delete>(node).targets);
                break;
            case ast::StmtKind::Pass:
            case ast::StmtKind::Break:
            case ast::StmtKind::Continue:
            case ast::StmtKind::Global:
            case ast::StmtKind::Import:
            case ast::StmtKind::PythonStatement:
                break;
            case ast::StmtKind::Return:
                expr(cast<ast::Return>(node).value);
                break;
            case ast::StmtKind::FunctionDef:
                all(cast<ast::FunctionDef>(node).decorators);
                parameters(cast<ast::FunctionDef>(node).parameters);
                expr(cast<ast::FunctionDef>(node).returns);
                block(cast<ast::FunctionDef>(node).body);
                break;
            case ast::StmtKind::ClassDef:
                all(cast<ast::ClassDef>(node).decorators);
                all(cast<ast::ClassDef>(node).bases);
                block(cast<ast::ClassDef>(node).body);
                break;
        }
    }

 private:
    const Visit& visit_;
};

}  // namespace

void visit_expressions(const ast::Block& block, const std::function<bool(const ast::Expr&)>& visit) {
    Walker(visit).block(block);
}

void visit_expressions(const ast::Expr& expr, const std::function<bool(const ast::Expr&)>& visit) {
    Walker(visit).expr(&expr);
}

}  // namespace wick::jit
