#include "frontend/parser.h"

#include "frontend/parser_internal.h"

namespace wick::jit {

namespace {

/// The operator inside an augmented assignment; EndOfFile for another token.
TokenKind augmented_operator(TokenKind kind) {
    switch (kind) {
        case TokenKind::PlusAssign:
            return TokenKind::Plus;
        case TokenKind::MinusAssign:
            return TokenKind::Minus;
        case TokenKind::StarAssign:
            return TokenKind::Star;
        case TokenKind::SlashAssign:
            return TokenKind::Slash;
        case TokenKind::DoubleSlashAssign:
            return TokenKind::DoubleSlash;
        case TokenKind::PercentAssign:
            return TokenKind::Percent;
        case TokenKind::DoubleStarAssign:
            return TokenKind::DoubleStar;
        case TokenKind::PipeAssign:
            return TokenKind::Pipe;
        case TokenKind::AmpersandAssign:
            return TokenKind::Ampersand;
        case TokenKind::CaretAssign:
            return TokenKind::Caret;
        case TokenKind::AtAssign:
            return TokenKind::At;
        case TokenKind::ShiftLeftAssign:
            return TokenKind::ShiftLeft;
        case TokenKind::ShiftRightAssign:
            return TokenKind::ShiftRight;
        default:
            return TokenKind::EndOfFile;
    }
}

}  // namespace

void Parser::module() {
    while (!at(TokenKind::EndOfFile)) statement(ast_.body);
}

void Parser::statement(ast::Block& into) {
    Nested nested(*this);
    switch (peek().kind) {
        case TokenKind::If:
            into.push_back(if_statement());
            return;
        case TokenKind::While:
            into.push_back(while_statement());
            return;
        case TokenKind::For:
            into.push_back(for_statement());
            return;
        case TokenKind::With:
            into.push_back(with_statement());
            return;
        case TokenKind::Def:
            into.push_back(function({}));
            return;
        case TokenKind::Class:
            into.push_back(class_statement({}));
            return;
        case TokenKind::At:
            into.push_back(decorated());
            return;
        case TokenKind::Try:
            into.push_back(try_statement());
            return;
        case TokenKind::Async:
            into.push_back(async_statement());
            return;
        default:
            if (at_match()) return into.push_back(python_statement("Match aren't supported"));
            if (at_type_alias()) return into.push_back(python_statement("TypeAlias aren't supported"));
            simple_statements(into);
    }
}

const ast::Stmt* Parser::python_statement(const char* sentence) {
    const int64_t first = begin();
    while (!at(TokenKind::Newline) && !at(TokenKind::EndOfFile)) next();
    auto* node = make<ast::PythonStatement>(first);
    node->sentence = sentence;
    expect(TokenKind::Newline);
    if (!at(TokenKind::Indent)) return node;
    int depth = 0;
    do {
        const TokenKind kind = next().kind;
        depth += (kind == TokenKind::Indent) - (kind == TokenKind::Dedent);
    } while (depth > 0 && !at(TokenKind::EndOfFile));
    return node;
}

const ast::Stmt* Parser::async_statement() {
    switch (peek(1).kind) {
        case TokenKind::Def:
            return python_statement("async function definitions aren't supported");
        case TokenKind::For:
            return python_statement("async for loops aren't supported");
        case TokenKind::With:
            return python_statement("async with statements aren't supported");
        default:
            next();
            fail_expected(token_text(TokenKind::Def));
    }
}

void Parser::simple_statements(ast::Block& into) {
    do {
        if (at(TokenKind::Newline)) break;
        into.push_back(simple_statement());
    } while (accept(TokenKind::Semicolon));
    expect(TokenKind::Newline);
}

const ast::Stmt* Parser::simple_statement() {
    const int64_t first = begin();
    const auto single = [&]<class T>(T*) {
        next();
        return make<T>(first);
    };
    switch (peek().kind) {
        case TokenKind::Pass:
            return single(static_cast<ast::Pass*>(nullptr));
        case TokenKind::Break:
            return single(static_cast<ast::Break*>(nullptr));
        case TokenKind::Continue:
            return single(static_cast<ast::Continue*>(nullptr));
        case TokenKind::Return:
            return return_statement();
        case TokenKind::Raise:
            return raise_statement();
        case TokenKind::Assert:
            return assert_statement();
        case TokenKind::Del:
            return delete_statement();
        case TokenKind::Global:
        case TokenKind::Nonlocal:
            return global_statement();
        case TokenKind::Import:
        case TokenKind::From:
            return import_statement();
        default:
            return expression_statement();
    }
}

const ast::Stmt* Parser::expression_statement() {
    const int64_t first = begin();
    const ast::Expr* value = expression_list();
    if (accept(TokenKind::Colon)) {
        const ast::Expr* annotation = expression();
        const ast::Expr* assigned = accept(TokenKind::Assign) ? expression_list() : nullptr;
        auto* node = make<ast::Assign>(first);
        node->targets = {value};
        node->annotation = annotation;
        node->value = assigned;
        return node;
    }
    if (const TokenKind op = augmented_operator(peek().kind); op != TokenKind::EndOfFile) {
        const int64_t anchor = next().begin;
        const ast::Expr* operand = expression_list();
        auto* node = make<ast::AugmentedAssign>(first);
        node->anchor = anchor;
        node->target = value;
        node->op = op;
        node->value = operand;
        return node;
    }
    if (at(TokenKind::Assign)) {
        const int64_t anchor = begin();
        ast::Exprs targets;
        while (accept(TokenKind::Assign)) {
            targets.push_back(value);
            value = expression_list();
        }
        auto* node = make<ast::Assign>(first);
        node->anchor = anchor;
        node->targets = std::move(targets);
        node->value = value;
        return node;
    }
    auto* node = make<ast::Expression>(first);
    node->value = value;
    return node;
}

const ast::Stmt* Parser::if_statement() {
    const int64_t first = next().begin;
    const ast::Expr* condition = expression();
    ast::Block then = block();
    ast::Block otherwise;
    if (at(TokenKind::Elif)) {
        Nested nested(*this);
        otherwise.push_back(if_statement());
    } else if (accept(TokenKind::Else)) {
        otherwise = block();
    }
    auto* node = make<ast::If>(first);
    node->condition = condition;
    node->then = std::move(then);
    node->otherwise = std::move(otherwise);
    return node;
}

const ast::Stmt* Parser::while_statement() {
    const int64_t first = next().begin;
    const ast::Expr* condition = expression();
    ast::Block body = block();
    ast::Block otherwise;
    if (accept(TokenKind::Else)) otherwise = block();
    auto* node = make<ast::While>(first);
    node->condition = condition;
    node->body = std::move(body);
    node->otherwise = std::move(otherwise);
    return node;
}

const ast::Stmt* Parser::for_statement() {
    const int64_t first = next().begin;
    const ast::Expr* target = target_list(TokenKind::In);
    expect(TokenKind::In);
    const ast::Expr* iterable = expression_list();
    ast::Block body = block();
    ast::Block otherwise;
    if (accept(TokenKind::Else)) otherwise = block();
    auto* node = make<ast::For>(first);
    node->target = target;
    node->iterable = iterable;
    node->body = std::move(body);
    node->otherwise = std::move(otherwise);
    return node;
}

bool Parser::at_items_in_parentheses() const {
    if (!at(TokenKind::LeftParen)) return false;
    int depth = 0;
    bool has_items = false;
    for (size_t ahead = 0;; ++ahead) {
        switch (peek(ahead).kind) {
            case TokenKind::LeftParen:
            case TokenKind::LeftBracket:
            case TokenKind::LeftBrace:
                ++depth;
                break;
            case TokenKind::RightParen:
            case TokenKind::RightBracket:
            case TokenKind::RightBrace:
                if (--depth == 0) return has_items && peek(ahead + 1).kind == TokenKind::Colon;
                break;
            case TokenKind::As:
            case TokenKind::Comma:
                has_items |= depth == 1;
                break;
            case TokenKind::Newline:
            case TokenKind::EndOfFile:
                return false;
            default:
                break;
        }
    }
}

const ast::Stmt* Parser::with_statement() {
    const int64_t first = next().begin;
    std::vector<ast::With::Item> items;
    const bool in_parentheses = at_items_in_parentheses();
    if (in_parentheses) next();
    do {
        if (in_parentheses && at(TokenKind::RightParen)) break;
        const ast::Expr* value = expression();
        items.push_back({value, accept(TokenKind::As) ? primary() : nullptr});
    } while (accept(TokenKind::Comma));
    if (in_parentheses) expect(TokenKind::RightParen);
    ast::Block body = block();
    auto* node = make<ast::With>(first);
    node->items = std::move(items);
    node->body = std::move(body);
    return node;
}

const ast::Stmt* Parser::try_statement() {
    const Token keyword = next();
    ast::Block body = block();
    std::vector<ast::Try::Handler> handlers;
    while (at(TokenKind::Except)) {
        const int64_t first = next().begin;
        const ast::Expr* type = at(TokenKind::Colon) ? nullptr : expression();
        std::string name = accept(TokenKind::As) ? identifier() : "";
        const SourceRange range = range_from(first);
        handlers.push_back({type, std::move(name), block(), range});
    }
    ast::Block otherwise;
    if (!handlers.empty() && accept(TokenKind::Else)) otherwise = block();
    ast::Block last;
    if (accept(TokenKind::Finally)) last = block();
    if (handlers.empty() && last.empty()) fail_expected("'except' or 'finally' block");
    auto* node = make<ast::Try>(keyword.begin);
    node->keyword_range = range_of(keyword);
    node->body = std::move(body);
    node->handlers = std::move(handlers);
    node->otherwise = std::move(otherwise);
    node->last = std::move(last);
    return node;
}

const ast::Stmt* Parser::assert_statement() {
    const int64_t first = next().begin;
    const ast::Expr* condition = expression();
    const ast::Expr* message = accept(TokenKind::Comma) ? expression() : nullptr;
    auto* node = make<ast::Assert>(first);
    node->condition = condition;
    node->message = message;
    return node;
}

const ast::Stmt* Parser::raise_statement() {
    const int64_t first = next().begin;
    const bool bare = at(TokenKind::Newline) || at(TokenKind::Semicolon);
    const ast::Expr* exception = bare ? nullptr : expression();
    const ast::Expr* cause = accept(TokenKind::From) ? expression() : nullptr;
    auto* node = make<ast::Raise>(first);
    node->exception = exception;
    node->cause = cause;
    return node;
}

const ast::Stmt* Parser::delete_statement() {
    const int64_t first = next().begin;
    ast::Exprs targets;
    do {
        if (at(TokenKind::Newline)) break;
        targets.push_back(primary());
    } while (accept(TokenKind::Comma));
    auto* node = make<ast::Delete>(first);
    node->targets = std::move(targets);
    return node;
}

const ast::Stmt* Parser::return_statement() {
    const int64_t first = next().begin;
    const bool bare = at(TokenKind::Newline) || at(TokenKind::Semicolon);
    const ast::Expr* value = bare ? nullptr : expression_list();
    auto* node = make<ast::Return>(first);
    node->value = value;
    return node;
}

const ast::Stmt* Parser::global_statement() {
    const Token keyword = next();
    std::vector<std::string> names;
    do {
        names.push_back(identifier());
    } while (accept(TokenKind::Comma));
    auto* node = make<ast::Global>(keyword.begin);
    node->names = std::move(names);
    node->is_nonlocal = keyword.kind == TokenKind::Nonlocal;
    return node;
}

std::string Parser::dotted() {
    std::string name = identifier();
    while (accept(TokenKind::Dot)) name += "." + identifier();
    return name;
}

const ast::Stmt* Parser::import_statement() {
    const Token keyword = next();
    std::string module;
    int level = 0;
    std::vector<ast::Import::Alias> names;
    if (keyword.kind == TokenKind::From) {
        for (; at(TokenKind::Dot) || at(TokenKind::Ellipsis); next()) level += at(TokenKind::Dot) ? 1 : 3;
        if (level == 0 || !at(TokenKind::Import)) module = dotted();
        expect(TokenKind::Import);
        const bool wrapped = accept(TokenKind::LeftParen);
        if (accept(TokenKind::Star)) {
            names.push_back({"*", ""});
        } else {
            do {
                if (wrapped && at(TokenKind::RightParen)) break;
                std::string name = identifier();
                names.push_back({std::move(name), accept(TokenKind::As) ? identifier() : ""});
            } while (accept(TokenKind::Comma));
        }
        if (wrapped) expect(TokenKind::RightParen);
    } else {
        do {
            std::string name = dotted();
            names.push_back({std::move(name), accept(TokenKind::As) ? identifier() : ""});
        } while (accept(TokenKind::Comma));
    }
    auto* node = make<ast::Import>(keyword.begin);
    node->module = std::move(module);
    node->level = level;
    node->names = std::move(names);
    return node;
}

const ast::Stmt* Parser::decorated() {
    ast::Exprs decorators;
    while (accept(TokenKind::At)) {
        decorators.push_back(expression());
        expect(TokenKind::Newline);
    }
    if (at(TokenKind::Class)) return class_statement(std::move(decorators));
    return function(std::move(decorators));
}

std::vector<ast::Parameter> Parser::parameters(TokenKind stop, bool annotated) {
    std::vector<ast::Parameter> list;
    bool keyword_only = false;
    while (!at(stop)) {
        const int64_t first = begin();
        if (accept(TokenKind::Slash)) {
            if (list.empty()) fail(range_from(first), "at least one parameter must precede '/'");
            for (ast::Parameter& parameter : list) parameter.positional_only = true;
        } else if (at(TokenKind::Star) && (peek(1).kind == TokenKind::Comma || peek(1).kind == stop)) {
            next();
            keyword_only = true;
        } else {
            ast::Parameter parameter;
            if (accept(TokenKind::Star)) {
                parameter.kind = ast::Parameter::Kind::var_positional;
                keyword_only = true;
            } else if (accept(TokenKind::DoubleStar)) {
                parameter.kind = ast::Parameter::Kind::var_keyword;
            } else if (keyword_only) {
                parameter.kind = ast::Parameter::Kind::keyword_only;
            }
            const Token token = expect(TokenKind::Identifier);
            parameter.name = std::string(text(token));
            parameter.range = range_of(token);
            if (annotated && accept(TokenKind::Colon)) parameter.annotation = expression();
            if (accept(TokenKind::Assign)) parameter.default_value = expression();
            list.push_back(std::move(parameter));
        }
        const int64_t last = end();
        const bool goes_on = accept(TokenKind::Comma);
        if (annotated && !list.empty())
            list.back().type_comment = type_comment(last, begin(), [](std::string_view) { return true; });
        if (!goes_on) break;
    }
    return list;
}

const ast::Stmt* Parser::function(ast::Exprs decorators) {
    const int64_t first = expect(TokenKind::Def).begin;
    const Token name = expect(TokenKind::Identifier);
    if (at(TokenKind::LeftBracket)) fail(range_of(peek()), "type parameters aren't supported");
    const int64_t open = expect(TokenKind::LeftParen).begin;
    auto list = parameters(TokenKind::RightParen, true);
    expect(TokenKind::RightParen);
    const SourceRange parameters_range = range_from(open);
    const ast::Expr* returns = accept(TokenKind::Arrow) ? expression() : nullptr;
    const int64_t header_end = begin();

    ast::Block body = block();
    auto* node = make<ast::FunctionDef>(first);
    node->name = std::string(text(name));
    node->name_range = range_of(name);
    node->parameters = std::move(list);
    node->parameters_range = parameters_range;
    node->returns = returns;
    node->decorators = std::move(decorators);
    // A type comment stands between the header's colon and the first statement.
    node->type_comment = type_comment(header_end, body.front()->range.begin(),
                                      [](std::string_view text) { return text.find('(') != text.npos; });
    node->body = std::move(body);
    return node;
}

const ast::Stmt* Parser::class_statement(ast::Exprs decorators) {
    const int64_t first = expect(TokenKind::Class).begin;
    const Token name = expect(TokenKind::Identifier);
    if (at(TokenKind::LeftBracket)) fail(range_of(peek()), "type parameters aren't supported");
    ast::Exprs bases;
    std::vector<ast::Keyword> keywords;
    if (accept(TokenKind::LeftParen)) {
        while (!at(TokenKind::RightParen)) {
            const int64_t base_begin = begin();
            if (at(TokenKind::Identifier) && peek(1).kind == TokenKind::Assign) {
                std::string keyword = identifier();
                next();
                const ast::Expr* value = expression();
                keywords.push_back({std::move(keyword), value, range_from(base_begin)});
            } else {
                bases.push_back(expression());
            }
            if (!accept(TokenKind::Comma)) break;
        }
        expect(TokenKind::RightParen);
    }
    ast::Block body = block();
    auto* node = make<ast::ClassDef>(first);
    node->name = std::string(text(name));
    node->name_range = range_of(name);
    node->bases = std::move(bases);
    node->keywords = std::move(keywords);
    node->decorators = std::move(decorators);
    node->body = std::move(body);
    return node;
}

ast::Block Parser::block() {
    expect(TokenKind::Colon);
    ast::Block body;
    if (!at(TokenKind::Newline)) {
        simple_statements(body);
        return body;
    }
    next();
    expect(TokenKind::Indent);
    while (!accept(TokenKind::Dedent)) {
        if (at(TokenKind::EndOfFile)) fail_expected("a statement");
        statement(body);
    }
    return body;
}

std::shared_ptr<const Ast> parse(std::shared_ptr<const Source> source, RangeStyle ranges) {
    auto ast = std::make_shared<Ast>(std::move(source));
    Parser(*ast, tokenize(ast->source())).module();
    if (ranges == RangeStyle::anchored) ast->anchor_ranges();
    return ast;
}

std::shared_ptr<const Ast> parse_expression(std::shared_ptr<const Source> source) {
    auto ast = std::make_shared<Ast>(std::move(source));
    const auto size = static_cast<int64_t>(ast->source()->text().size());
    Parser(*ast, tokenize_expression(ast->source(), 0, size)).single_expression();
    return ast;
}

}  // namespace wick::jit
