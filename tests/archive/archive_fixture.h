#pragma once
// Small helpers of the archive tests.

#include <functional>
#include <gtest/gtest.h>
#include <string>

#include <wick/support/error.h>

namespace wick::archive {

/// The message of the ArchiveError that `act` throws; fails the test when it throws none.
inline std::string archive_error(const std::function<void()>& act) {
    try {
        act();
    } catch (const ArchiveError& error) {
        return error.what();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "another error than ArchiveError: " << error.what();
        return "";
    }
    ADD_FAILURE() << "no error";
    return "";
}

inline testing::AssertionResult contains(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "'" << text << "' does not contain '" << part << "'";
}

}  // namespace wick::archive
