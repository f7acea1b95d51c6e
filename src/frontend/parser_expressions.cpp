// Expressions by precedence, loosest first, down to calls and subscripts; what these are made of is in
// parser_atoms.cpp.

#include <algorithm>

#include "frontend/literal.h"
#include "frontend/parser_internal.h"

namespace wick::jit {

namespace {

/// Binary operators by precedence, loosest first; -1 for other tokens.
int binary_level(TokenKind kind) {
    switch (kind) {
        case TokenKind::Pipe:
            return 0;
        case TokenKind::Caret:
            return 1;
        case TokenKind::Ampersand:
            return 2;
        case TokenKind::ShiftLeft:
        case TokenKind::ShiftRight:
            return 3;
        case TokenKind::Plus:
        case TokenKind::Minus:
            return 4;
        case TokenKind::Star:
        case TokenKind::Slash:
        case TokenKind::DoubleSlash:
        case TokenKind::Percent:
        case TokenKind::At:
            return 5;
        default:
            return -1;
    }
}

}  // namespace

const ast::Expr* Parser::expression() {
    Nested nested(*this);
    if (at(TokenKind::Yield)) return yield();
    return at(TokenKind::Lambda) ? lambda() : ternary();
}

const ast::Expr* Parser::python_expression(int64_t first, const char* sentence) {
    auto* node = make<ast::PythonExpression>(first);
    node->sentence = sentence;
    return node;
}

const ast::Expr* Parser::yield() {
    const int64_t first = expect(TokenKind::Yield).begin;
    if (accept(TokenKind::From)) {
        expression();
        return python_expression(first, "YieldFrom aren't supported");
    }
    const bool is_alone = at(TokenKind::Newline) || at(TokenKind::RightParen) || at(TokenKind::Semicolon);
    if (!is_alone) expression_list();
    return python_expression(first, "Yield aren't supported");
}

void Parser::single_expression() {
    auto* statement = make<ast::Expression>(begin());
    statement->value = expression_list();
    accept(TokenKind::Newline);
    if (!at(TokenKind::EndOfFile)) fail_expected(token_text(TokenKind::EndOfFile));
    ast_.body.push_back(statement);
}

const ast::Expr* Parser::lambda() {
    const int64_t first = begin();
    expect(TokenKind::Lambda);
    auto parsed = parameters(TokenKind::Colon, false);
    expect(TokenKind::Colon);
    const ast::Expr* body = expression();
    auto* node = make<ast::Lambda>(first);
    node->parameters = std::move(parsed);
    node->body = body;
    return sized(node, {body});
}

const ast::Expr* Parser::ternary() {
    const int64_t first = begin();
    const ast::Expr* then = or_test();
    if (accept(TokenKind::Walrus)) {
        expression();
        return python_expression(first, "NamedExpr aren't supported");
    }
    if (!at(TokenKind::If)) return then;
    const int64_t anchor = next().begin;
    const ast::Expr* condition = or_test();
    expect(TokenKind::Else);
    const ast::Expr* otherwise = expression();
    auto* node = make<ast::Conditional>(then->range.begin());
    node->anchor = anchor;
    node->condition = condition;
    node->then = then;
    node->otherwise = otherwise;
    return sized(node, {condition, then, otherwise});
}

const ast::Expr* Parser::or_test() {
    const ast::Expr* left = and_test();
    while (at(TokenKind::Or)) {
        const int64_t anchor = next().begin;
        const ast::Expr* right = and_test();
        auto* node = make<ast::BoolOperation>(left->range.begin());
        node->anchor = anchor;
        node->op = TokenKind::Or;
        node->left = left;
        node->right = right;
        left = sized(node, {node->left, node->right});
    }
    return left;
}

const ast::Expr* Parser::and_test() {
    const ast::Expr* left = not_test();
    while (at(TokenKind::And)) {
        const int64_t anchor = next().begin;
        const ast::Expr* right = not_test();
        auto* node = make<ast::BoolOperation>(left->range.begin());
        node->anchor = anchor;
        node->op = TokenKind::And;
        node->left = left;
        node->right = right;
        left = sized(node, {node->left, node->right});
    }
    return left;
}

const ast::Expr* Parser::not_test() {
    if (!at(TokenKind::Not)) return comparison();
    Nested nested(*this);
    const int64_t first = next().begin;
    const ast::Expr* operand = not_test();
    auto* node = make<ast::Unary>(first);
    node->op = TokenKind::Not;
    node->operand = operand;
    return sized(node, {operand});
}

TokenKind Parser::comparison_operator() {
    switch (peek().kind) {
        case TokenKind::Less:
        case TokenKind::Greater:
        case TokenKind::LessEqual:
        case TokenKind::GreaterEqual:
        case TokenKind::Equal:
        case TokenKind::NotEqual:
        case TokenKind::In:
            return next().kind;
        case TokenKind::Is:
            next();
            return accept(TokenKind::Not) ? TokenKind::IsNot : TokenKind::Is;
        case TokenKind::Not:
            if (peek(1).kind != TokenKind::In) return TokenKind::EndOfFile;
            next();
            next();
            return TokenKind::NotIn;
        default:
            return TokenKind::EndOfFile;
    }
}

const ast::Expr* Parser::comparison() {
    const ast::Expr* left = binary(0);
    std::vector<std::pair<TokenKind, const ast::Expr*>> rest;
    std::vector<int64_t> anchors;
    while (true) {
        const int64_t anchor = begin();
        const TokenKind op = comparison_operator();
        if (op == TokenKind::EndOfFile) break;
        anchors.push_back(anchor);
        rest.emplace_back(op, binary(0));
    }
    if (rest.empty()) return left;
    auto* node = make<ast::Compare>(left->range.begin());
    node->anchor = anchors.front();
    node->first = left;
    grow(*node, left);
    for (const auto& [op, operand] : rest) grow(*node, operand);
    node->rest = std::move(rest);
    node->anchors = std::move(anchors);
    return node;
}

const ast::Expr* Parser::binary(int loosest) {
    const ast::Expr* left = unary();
    for (int level; (level = binary_level(peek().kind)) >= loosest;) {
        const Token op = next();
        const ast::Expr* right = binary(level + 1);
        auto* node = make<ast::Binary>(left->range.begin());
        node->anchor = op.begin;
        node->op = op.kind;
        node->left = left;
        node->right = right;
        left = sized(node, {node->left, node->right});
    }
    return left;
}

const ast::Expr* Parser::unary() {
    if (at(TokenKind::Await)) {
        Nested nested(*this);
        const int64_t first = next().begin;
        unary();
        return python_expression(first, "Await aren't supported");
    }
    if (!at(TokenKind::Minus) && !at(TokenKind::Plus) && !at(TokenKind::Tilde)) return power();
    Nested nested(*this);
    const Token op = next();
    // The smallest int is a negated literal, which by itself is too large.
    const bool is_smallest = op.kind == TokenKind::Minus && at(TokenKind::Number) &&
                             peek(1).kind != TokenKind::DoubleStar && is_smallest_int(parse_number(text(peek())));
    const ast::Expr* operand = is_smallest ? constant(*parse_number(text(peek()))) : unary();
    auto* node = make<ast::Unary>(op.begin);
    node->op = op.kind;
    node->operand = operand;
    return sized(node, {operand});
}

const ast::Expr* Parser::power() {
    const ast::Expr* base = primary();
    if (!at(TokenKind::DoubleStar)) return base;
    Nested nested(*this);
    const Token op = next();
    const ast::Expr* exponent = unary();
    auto* node = make<ast::Binary>(base->range.begin());
    node->anchor = op.begin;
    node->op = op.kind;
    node->left = base;
    node->right = exponent;
    return sized(node, {base, exponent});
}

const ast::Expr* Parser::primary() {
    const ast::Expr* value = atom();
    while (true) {
        if (accept(TokenKind::Dot)) {
            // Behind a dot a keyword is a name like any other.
            if (!is_keyword(peek().kind)) peek().kind == TokenKind::Identifier ? void() : fail_expected("ident");
            const Token token = next();
            auto* node = make<ast::Attribute>(value->range.begin());
            node->anchor = token.begin;
            node->value = value;
            node->name = std::string(text(token));
            node->name_range = range_of(token);
            value = sized(node, {node->value});
        } else if (at(TokenKind::LeftParen)) {
            value = call(value);
        } else if (at(TokenKind::LeftBracket)) {
            value = subscript(value);
        } else {
            return value;
        }
    }
}

const ast::Expr* Parser::call(const ast::Expr* callee) {
    Nested nested(*this);
    expect(TokenKind::LeftParen);
    ast::Exprs args;
    std::vector<ast::Keyword> keywords;
    while (!at(TokenKind::RightParen)) {
        const int64_t arg_begin = begin();
        if (accept(TokenKind::DoubleStar)) {
            const ast::Expr* value = expression();
            keywords.push_back({"", value, range_from(arg_begin)});
        } else if (at(TokenKind::Identifier) && peek(1).kind == TokenKind::Assign) {
            std::string keyword = identifier();
            next();
            const ast::Expr* value = expression();
            keywords.push_back({std::move(keyword), value, range_from(arg_begin)});
        } else {
            const ast::Expr* arg = starred_or_expression();
            if (!keywords.empty() && arg->kind != ast::ExprKind::Starred) {
                fail(arg->range, "positional argument follows keyword argument");
            }
            if (at(TokenKind::For)) {
                auto loops = comprehension_loops();
                auto* generator = make<ast::ListComprehension>(arg_begin);
                generator->element = arg;
                generator->loops = std::move(loops);
                arg = sized(generator, {arg});
            }
            args.push_back(arg);
        }
        if (!accept(TokenKind::Comma)) break;
    }
    expect(TokenKind::RightParen);
    auto* node = make<ast::Call>(callee->range.begin());
    const ast::Expr* base = callee;
    while (const auto* attribute = ast::as<ast::Attribute>(base)) base = attribute->value;
    node->anchor = base->range.begin();
    node->callee = callee;
    grow(*node, callee);
    grow_all(*node, args);
    for (const ast::Keyword& keyword : keywords) grow(*node, keyword.value);
    node->args = std::move(args);
    node->keywords = std::move(keywords);
    return node;
}

const ast::Expr* Parser::subscript(const ast::Expr* value) {
    Nested nested(*this);
    const int64_t anchor = expect(TokenKind::LeftBracket).begin;
    ast::Exprs indices;
    do {
        if (at(TokenKind::RightBracket) && !indices.empty()) break;
        indices.push_back(subscript_index());
    } while (accept(TokenKind::Comma));
    expect(TokenKind::RightBracket);
    auto* node = make<ast::Subscript>(value->range.begin());
    node->anchor = anchor;
    node->value = value;
    grow(*node, value);
    grow_all(*node, indices);
    node->indices = std::move(indices);
    return node;
}

const ast::Expr* Parser::subscript_index() {
    const int64_t first = begin();
    const auto part = [&]() -> const ast::Expr* {
        const bool absent = at(TokenKind::Colon) || at(TokenKind::Comma) || at(TokenKind::RightBracket);
        return absent ? nullptr : expression();
    };
    if (!at(TokenKind::Colon)) {
        const ast::Expr* index = starred_or_expression();
        if (!at(TokenKind::Colon)) return index;
        next();
        const ast::Expr* stop = part();
        const ast::Expr* step = accept(TokenKind::Colon) ? part() : nullptr;
        auto* node = make<ast::Slice>(first);
        node->start = index;
        node->stop = stop;
        node->step = step;
        return sized(node, {index, stop, step});
    }
    next();
    const ast::Expr* stop = part();
    const ast::Expr* step = accept(TokenKind::Colon) ? part() : nullptr;
    auto* node = make<ast::Slice>(first);
    node->stop = stop;
    node->step = step;
    return sized(node, {stop, step});
}

const ast::Expr* Parser::starred_or_expression() {
    if (!at(TokenKind::Star)) return expression();
    const int64_t first = next().begin;
    const ast::Expr* value = expression();
    auto* node = make<ast::Starred>(first);
    node->value = value;
    return sized(node, {value});
}

const ast::Expr* Parser::expression_list() {
    const int64_t first = begin();
    const ast::Expr* single = starred_or_expression();
    if (!at(TokenKind::Comma)) return single;
    ast::Exprs elements{single};
    while (accept(TokenKind::Comma)) {
        const TokenKind kind = peek().kind;
        if (kind == TokenKind::Newline || kind == TokenKind::Assign || kind == TokenKind::RightParen ||
            kind == TokenKind::Colon || kind == TokenKind::Semicolon || kind == TokenKind::EndOfFile) {
            break;
        }
        elements.push_back(starred_or_expression());
    }
    auto* node = make<ast::Tuple>(first);
    grow_all(*node, elements);
    node->elements = std::move(elements);
    return node;
}

const ast::Expr* Parser::target_list(TokenKind stop) {
    const int64_t first = begin();
    const auto target = [&]() -> const ast::Expr* {
        const int64_t target_begin = begin();
        if (!accept(TokenKind::Star)) return primary();
        const ast::Expr* value = primary();
        auto* node = make<ast::Starred>(target_begin);
        node->value = value;
        return sized(node, {value});
    };
    const ast::Expr* single = target();
    if (!at(TokenKind::Comma)) return single;
    ast::Exprs elements{single};
    while (accept(TokenKind::Comma)) {
        if (at(stop)) break;
        elements.push_back(target());
    }
    auto* node = make<ast::Tuple>(first);
    grow_all(*node, elements);
    node->elements = std::move(elements);
    return node;
}

}  // namespace wick::jit
