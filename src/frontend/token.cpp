#include "frontend/token.h"

#include <iterator>
#include <unordered_map>

namespace wick::jit {

static constexpr std::string_view kTexts[] = {
#define _(name, text) text,
    WICK_FORALL_TOKEN_CLASSES(_) WICK_FORALL_KEYWORDS(_) WICK_FORALL_PUNCTUATION(_) WICK_FORALL_COMPOUND_OPERATORS(_)
#undef _
};

std::string_view token_text(TokenKind kind) { return kTexts[static_cast<size_t>(kind)]; }

TokenKind keyword_or_identifier(std::string_view text) {
    static const std::unordered_map<std::string_view, TokenKind> keywords = {
#define _(name, text) {text, TokenKind::name},
        WICK_FORALL_KEYWORDS(_)
#undef _
    };
    auto it = keywords.find(text);
    return it == keywords.end() ? TokenKind::Identifier : it->second;
}

bool is_keyword(TokenKind kind) { return kind >= TokenKind::False_ && kind <= TokenKind::Yield; }

TokenKind match_punctuation(std::string_view rest) {
    struct Punctuation {
        TokenKind kind;
        std::string_view text;
    };
    static constexpr Punctuation kPunctuation[] = {
#define _(name, text) {TokenKind::name, text},
        WICK_FORALL_PUNCTUATION(_)
#undef _
    };
    TokenKind best = TokenKind::EndOfFile;
    size_t length = 0;
    for (const auto& [kind, text] : kPunctuation) {
        // Most differ in the first character already.
        if (text.size() > length && !rest.empty() && text[0] == rest[0] && rest.starts_with(text)) {
            best = kind;
            length = text.size();
        }
    }
    return best;
}

}  // namespace wick::jit
