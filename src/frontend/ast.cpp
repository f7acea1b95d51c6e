#include "frontend/ast.h"

#include <algorithm>

namespace wick::jit {

Ast::~Ast() {
    for (ast::SyntaxNode* node : nodes_) node->~SyntaxNode();
}

void Ast::anchor_ranges() {
    for (ast::SyntaxNode* node : nodes_) {
        node->range = SourceRange(source_, node->anchor, std::max(node->anchor, node->range.end()));
    }
}

const char* kind_name(ast::ExprKind kind) {
    static constexpr const char* kNames[] = {
#define _(name) #name,
        WICK_FORALL_EXPRESSIONS(_)
#undef _
    };
    return kNames[static_cast<size_t>(kind)];
}

const char* kind_name(ast::StmtKind kind) {
    static constexpr const char* kNames[] = {
#define _(name) #name,
        WICK_FORALL_STATEMENTS(_)
#undef _
    };
    return kNames[static_cast<size_t>(kind)];
}

std::string dotted_name(const ast::Expr* expr) {
    std::vector<std::string_view> parts;
    while (const auto* attribute = ast::as<ast::Attribute>(expr)) {
        parts.push_back(attribute->name);
        expr = attribute->value;
    }
    const auto* base = ast::as<ast::Name>(expr);
    if (!base) return "";
    std::string text = base->id;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) text.append(".").append(*part);
    return text;
}

}  // namespace wick::jit
