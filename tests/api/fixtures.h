#pragma once
// The archives under tests/data with what PyTorch gave for them (tests/data/README.md describes the files).

#include <ostream>
#include <string>
#include <vector>

#include <wick/types/ivalue.h>

#include "cli/compare.h"

namespace wick::testing {

/// One call: of which method, with what, and its result.
struct FixtureCall {
    std::string method;
    std::vector<IValue> arguments;
    IValue output;  ///< unless the case raises
};

/// What is done to one freshly loaded module: a call, or a sequence of them.
struct FixtureCase {
    std::string name;
    cli::Tolerance tolerance;
    std::vector<FixtureCall> calls;
    std::string raises;  ///< the exception's message; "" when the calls succeed
};

struct Fixture {
    std::string folder;  ///< "t213"
    std::string name;    ///< "mlp"

    std::string path(const std::string& suffix) const { return folder_path() + "/" + name + suffix; }
    std::string archive() const { return path(".pt"); }
    std::vector<FixtureCase> cases() const;

    friend std::ostream& operator<<(std::ostream& out, const Fixture& f) { return out << f.folder << "/" << f.name; }

 private:
    std::string folder_path() const;
};

/// All of them, in order of folder and name.
std::vector<Fixture> all_fixtures();

/// One line for each place where `got` is not `want`, which is made of plain values: an object is as good as the dict
/// of its attributes, an enum member as its value.
std::vector<std::string> differences(const IValue& got, const IValue& want, const cli::Tolerance& tolerance,
                                     const std::string& where = "result");

/// The contents of a file; fails the test when there is none.
std::string read_text(const std::string& path);

}  // namespace wick::testing
