#pragma once
// Reading lines from a person: editing, history and completion on a terminal; plain lines from anything else.

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wick::cli {

class LineEditor {
 public:
    /// What may stand in place of the word that ends at the cursor; the word is made of letters, digits, `_` and `.`.
    using Complete = std::function<std::vector<std::string>(const std::string& word)>;

    explicit LineEditor(Complete complete) : complete_(std::move(complete)) {}

    /// The next line without its newline; nothing at the end of the input. Control-C gives an empty line and sets
    /// `interrupted`.
    std::optional<std::string> read(const std::string& prompt);
    bool interrupted() const { return interrupted_; }
    /// Lines that the up key brings back, oldest first.
    void remember(const std::string& line);
    /// Whether a person is there.
    static bool is_interactive();

 private:
    std::optional<std::string> edit(const std::string& prompt);
    void show(const std::string& prompt) const;
    void complete_word(const std::string& prompt);
    void recall(int step);
    size_t previous(size_t at) const;
    size_t next(size_t at) const;

    Complete complete_;
    std::vector<std::string> history_;
    size_t history_at_ = 0;
    std::string kept_;  ///< what was typed before the history was looked at
    std::string line_;
    size_t cursor_ = 0;  ///< in bytes
    bool interrupted_ = false;
};

}  // namespace wick::cli
