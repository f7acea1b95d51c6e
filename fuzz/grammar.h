#pragma once
// Texts of a grammar: the bytes decide which. programs.grammar, whose heading tells its form, is the one there is.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wick::fuzz {

class Grammar {
 public:
    /// Throws std::runtime_error for a symbol that is used and not there.
    explicit Grammar(std::string_view text);

    /// A text of the symbol "program". Each byte of `choices` is one choice; behind the last one everything is as short
    /// as it can be. What is for fuzzing alone stands only inside of the like, and there not everywhere, so that much
    /// is valid.
    std::string write(std::string_view choices) const;

 private:
    /// Text up to a symbol, and the symbol: one of kDefine…, a rule, or kEnd.
    struct Piece {
        std::string text;
        int symbol;
    };
    struct Way {
        std::vector<Piece> pieces;
        int height = kEndless;  ///< how deep its symbols nest at least
        bool wild = false;      ///< for fuzzing alone
    };
    struct Rule {
        std::vector<Way> ways;
        int height = kEndless;
        int plain_height = kEndless;  ///< of those that are not for fuzzing alone
    };
    class Writer;

    static constexpr int kEndless = 1000;
    static constexpr int kEnd = -1, kDefine = -2, kCallee = -3, kClass = -4;

    Way parsed(std::string_view way) const;
    void measure();

    std::map<std::string, int, std::less<>> names_;
    std::vector<Rule> rules_;
};

}  // namespace wick::fuzz
