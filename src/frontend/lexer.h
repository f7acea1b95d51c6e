#pragma once
// Text to tokens, with Python's rules for lines and indentation.

#include <memory>
#include <vector>

#include <wick/support/source_range.h>

#include "frontend/token.h"

namespace wick::jit {

struct TokenList {
    /// Ends with EndOfFile; every Indent has its Dedent; a statement's last token is Newline.
    std::vector<Token> tokens;
    /// Comments of the form `# type: …`, by position: begin and end of what follows the colon.
    std::vector<Token> type_comments;
};

/// Splits a source into tokens in linear time. CompileError on a character that starts no token, an unterminated
/// string, a closing bracket without its opening one, and on a dedent to a column that no block has.
TokenList tokenize(const std::shared_ptr<const Source>& source);

/// The tokens of one expression that stands at [begin, end) of the source: line ends don't count.
TokenList tokenize_expression(const std::shared_ptr<const Source>& source, int64_t begin, int64_t end);

}  // namespace wick::jit
