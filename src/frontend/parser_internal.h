#pragma once
// The parser's state and what its parts share.

#include <algorithm>
#include <fmt/format.h>
#include <string>

#include <wick/support/error.h>

#include "frontend/lexer.h"
#include "frontend/parser.h"

namespace wick::jit {

class Parser {
 public:
    Parser(Ast& ast, TokenList tokens, int nesting = 0)
        : ast_(ast), source_(ast.source()), list_(std::move(tokens)), nesting_(nesting) {}

    // parser.cpp
    void module();
    // parser_expressions.cpp
    const ast::Expr* expression();
    void single_expression();

 private:
    // Tokens.
    /// The last token, EndOfFile, is never passed.
    const Token& peek() const { return list_.tokens[at_]; }
    const Token& peek(size_t ahead) const { return list_.tokens[std::min(at_ + ahead, list_.tokens.size() - 1)]; }
    bool at(TokenKind kind) const { return peek().kind == kind; }
    Token next() {
        const Token token = peek();
        if (token.kind != TokenKind::EndOfFile) ++at_;
        return token;
    }
    bool accept(TokenKind kind) {
        if (!at(kind)) return false;
        ++at_;
        return true;
    }
    Token expect(TokenKind kind) {
        if (!at(kind)) fail_expected(token_text(kind));
        return next();
    }
    int64_t begin() const { return peek().begin; }
    /// Whether `match x:` stands here: the name is a keyword where a block follows the line.
    bool at_match() const {
        if (!at(TokenKind::Identifier) || text(peek()) != "match") return false;
        size_t ahead = 1;
        while (peek(ahead).kind != TokenKind::Newline && peek(ahead).kind != TokenKind::EndOfFile) ++ahead;
        return ahead > 2 && peek(ahead - 1).kind == TokenKind::Colon && peek(ahead + 1).kind == TokenKind::Indent;
    }
    /// `type X = …`.
    bool at_type_alias() const {
        return at(TokenKind::Identifier) && text(peek()) == "type" && peek(1).kind == TokenKind::Identifier;
    }
    /// The managers of a with statement are in parentheses, with targets or several of them.
    bool at_items_in_parentheses() const;
    /// The `# type: …` comment between two places whose text satisfies `fits`; unknown when there is none.
    template <class Fits>
    SourceRange type_comment(int64_t from, int64_t to, const Fits& fits) const {
        const auto comment = std::lower_bound(list_.type_comments.begin(), list_.type_comments.end(), from,
                                              [](const Token& token, int64_t at) { return token.begin < at; });
        const bool found = comment != list_.type_comments.end() && comment->begin < to && fits(text(*comment));
        return found ? range_of(*comment) : SourceRange();
    }
    /// End of the last token read.
    int64_t end() const { return at_ ? list_.tokens[at_ - 1].end : 0; }
    std::string_view text(const Token& token) const {
        return std::string_view(source_->text()).substr(token.begin, token.end - token.begin);
    }
    SourceRange range_of(const Token& token) const { return SourceRange(source_, token.begin, token.end); }
    SourceRange range_from(int64_t first) const { return SourceRange(source_, first, end()); }
    std::string identifier() { return std::string(text(expect(TokenKind::Identifier))); }
    [[noreturn]] void fail_expected(std::string_view what) const {
        throw CompileError(range_of(peek()),
                           fmt::format("expected {} but found '{}' here:", what, token_text(peek().kind)));
    }
    [[noreturn]] void fail(const SourceRange& range, const std::string& message) const {
        throw CompileError(range, message);
    }

    /// Counts nesting for its lifetime.
    struct Nested {
        explicit Nested(Parser& parser) : parser(parser) {
            if (++parser.nesting_ > kMaxNesting) {
                parser.fail(parser.range_of(parser.peek()), "the program is nested too deeply here");
            }
        }
        ~Nested() { --parser.nesting_; }
        Parser& parser;
    };

    template <class T>
    T* make(int64_t first) {
        return ast_.make<T>(first, end());
    }
    /// Sets the height of a finished expression from its children and returns it.
    template <class T>
    const ast::Expr* sized(T* expr, std::initializer_list<const ast::Expr*> children) {
        for (const ast::Expr* child : children) grow(*expr, child);
        return expr;
    }
    void grow(ast::Expr& expr, const ast::Expr* child) const {
        if (!child) return;
        if (child->depth >= kMaxExpressionHeight) fail(expr.range, "the expression is nested too deeply here");
        expr.depth = std::max<uint16_t>(expr.depth, child->depth + 1);
    }
    template <class List>
    void grow_all(ast::Expr& expr, const List& children) const {
        for (const ast::Expr* child : children) {
            if (child) grow(expr, child);
        }
    }

    // Expressions.
    const ast::Expr* ternary();
    const ast::Expr* lambda();
    const ast::Expr* or_test();
    const ast::Expr* and_test();
    const ast::Expr* not_test();
    const ast::Expr* comparison();
    TokenKind comparison_operator();
    /// Operators of the level and of those that bind tighter.
    const ast::Expr* binary(int loosest);
    const ast::Expr* unary();
    const ast::Expr* power();
    const ast::Expr* primary();
    const ast::Expr* yield();
    /// From `first` to the last token read.
    const ast::Expr* python_expression(int64_t first, const char* sentence);
    const ast::Expr* call(const ast::Expr* callee);
    const ast::Expr* subscript(const ast::Expr* value);
    const ast::Expr* subscript_index();
    const ast::Expr* starred_or_expression();
    /// `a, b, *c` without parentheses: a Tuple when there is a comma.
    const ast::Expr* expression_list();
    const ast::Expr* target_list(TokenKind stop);
    std::vector<ast::Parameter> parameters(TokenKind stop, bool annotated);

    // Atoms: parser_atoms.cpp, and strings: parser_strings.cpp.
    const ast::Expr* atom();
    const ast::Expr* name();
    const ast::Expr* number();
    const ast::Expr* constant(IValue value);
    const ast::Expr* parenthesised();
    const ast::Expr* list();
    const ast::Expr* dict();
    /// Behind its first element.
    const ast::Expr* set(int64_t first);
    std::vector<ast::Comprehension> comprehension_loops();
    const ast::Expr* strings();
    void formatted_pieces(ast::FormattedString& into, std::string_view body, bool raw, int64_t body_begin);

    // Statements.
    void statement(ast::Block& into);
    void simple_statements(ast::Block& into);
    const ast::Stmt* simple_statement();
    const ast::Stmt* expression_statement();
    const ast::Stmt* if_statement();
    const ast::Stmt* while_statement();
    const ast::Stmt* for_statement();
    const ast::Stmt* with_statement();
    const ast::Stmt* try_statement();
    const ast::Stmt* assert_statement();
    const ast::Stmt* raise_statement();
    const ast::Stmt* delete_statement();
    const ast::Stmt* return_statement();
    const ast::Stmt* global_statement();
    const ast::Stmt* import_statement();
    /// Skips a statement with its block.
    const ast::Stmt* python_statement(const char* sentence);
    const ast::Stmt* async_statement();
    const ast::Stmt* decorated();
    const ast::Stmt* function(ast::Exprs decorators);
    const ast::Stmt* class_statement(ast::Exprs decorators);
    ast::Block block();
    std::string dotted();

    Ast& ast_;
    const std::shared_ptr<const Source>& source_;
    TokenList list_;
    size_t at_ = 0;
    int nesting_;
};

}  // namespace wick::jit
