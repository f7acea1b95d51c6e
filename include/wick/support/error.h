#pragma once
// Errors of the public API. Every exception that leaves wick is a wick::Error; the subclass says whose mistake it was.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <wick/support/export.h>
#include <wick/support/source_range.h>

namespace wick {

/// Base of everything wick throws. what() is a complete message for a person: what failed, where, what was expected.
class WICK_API Error : public std::runtime_error {
 public:
    explicit Error(std::string message) : std::runtime_error(std::move(message)) {}
};

/// An operator was called with arguments it cannot take (shape, dtype, index, value). PyTorch's RuntimeError.
class WICK_API OpError : public Error {
 public:
    using Error::Error;
};

/// An index outside its range. PyTorch's IndexError.
class WICK_API IndexError : public OpError {
 public:
    using OpError::OpError;
};

/// A program (text, or code inside an archive) does not compile. what() shows file:line:col, the line and a caret.
class WICK_API CompileError : public Error {
 public:
    CompileError(const SourceRange& range, const std::string& message);
    explicit CompileError(std::string message) : Error(std::move(message)) {}
    /// The same error with `more` lines below: the calls through which the compiler came to it.
    CompileError(const CompileError& error, const std::string& more);
    const SourceRange& range() const { return range_; }
    /// The sentence alone, without the location.
    const std::string& sentence() const { return sentence_; }

 private:
    SourceRange range_;
    std::string sentence_;
};

/// A file is damaged, hostile or of an unknown kind. Names the record and the byte offset inside it (-1: not known).
class WICK_API ArchiveError : public Error {
 public:
    ArchiveError(const std::string& record, int64_t offset, const std::string& message);
    const std::string& record() const { return record_; }
    int64_t offset() const { return offset_; }

 private:
    std::string record_;
    int64_t offset_;
};

/// A running program raised an exception, or an operator in it failed. what() ends with the script's call stack.
class WICK_API ScriptError : public Error {
 public:
    ScriptError(std::string class_name, std::string message, std::string what)
        : Error(std::move(what)), class_name_(std::move(class_name)), message_(std::move(message)) {}
    /// Qualified name of the exception class that the program raised, or "RuntimeError" for a failed operator.
    const std::string& class_name() const { return class_name_; }
    const std::string& message() const { return message_; }

 private:
    std::string class_name_;
    std::string message_;
};

/// A limit that the caller set (memory, steps, time) was reached; the program was stopped.
class WICK_API LimitError : public Error {
 public:
    enum class Kind { memory, steps, time, recursion };
    LimitError(Kind kind, std::string message) : Error(std::move(message)), kind_(kind) {}
    Kind kind() const { return kind_; }

 private:
    Kind kind_;
};

/// A mistake in wick itself. Never the user's fault.
class WICK_API InternalError : public Error {
 public:
    using Error::Error;
};

}  // namespace wick
