#include "frontend/token.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace wick::jit {

static constexpr std::string_view kTexts[] = {
#define _(name, text) text,
    WICK_FORALL_TOKEN_CLASSES(_) WICK_FORALL_KEYWORDS(_) WICK_FORALL_PUNCTUATION(_) WICK_FORALL_COMPOUND_OPERATORS(_)
#undef _
};

struct Punctuation {
    TokenKind kind;
    std::string_view text;
};

// By first character; of those that share it the longest comes first.
static constexpr auto kPunctuation = [] {
    std::array punctuation = {
#define _(name, text) Punctuation{TokenKind::name, text},
        WICK_FORALL_PUNCTUATION(_)
#undef _
    };
    std::ranges::sort(punctuation, [](const Punctuation& a, const Punctuation& b) {
        return a.text[0] != b.text[0] ? a.text[0] < b.text[0] : a.text.size() > b.text.size();
    });
    return punctuation;
}();

static constexpr size_t kAscii = 128;
static constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < kAscii; }

// [c], [c + 1]: where in kPunctuation those that begin with the character c begin and end.
static constexpr auto kBegins = [] {
    std::array<uint8_t, kAscii + 1> begins{};
    for (const Punctuation& one : kPunctuation) ++begins[static_cast<size_t>(one.text[0]) + 1];
    for (size_t c = 0; c < kAscii; ++c) begins[c + 1] += begins[c];
    return begins;
}();

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
    if (rest.empty() || !is_ascii(rest[0])) return TokenKind::EndOfFile;
    const size_t first = static_cast<size_t>(rest[0]);
    for (size_t i = kBegins[first]; i < kBegins[first + 1]; ++i) {
        if (rest.starts_with(kPunctuation[i].text)) return kPunctuation[i].kind;
    }
    return TokenKind::EndOfFile;
}

}  // namespace wick::jit
