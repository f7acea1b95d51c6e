#pragma once
// TorchScript archives to modules.
//
// | record                   | what                                                                             |
// |--------------------------|----------------------------------------------------------------------------------|
// | version, or .data/version from 6 on | operator version, a decimal number; selects upgraders                  |
// | data.pkl, data/N         | the module object; the bytes of its tensors                                      |
// | constants.pkl, constants/N | the tuple that CONSTANTS.cN in the code names; their bytes                     |
// | code/A/B.py              | definitions of the names A.B.*                                                   |
// | code/A/B.py.debug_pkl    | where that code came from (debug_ranges.h)                                       |
// | extra/NAME               | files of the user                                                                |
// | byteorder                | "little"                                                                          |
// | other .data/…, .format_version, .storage_alignment | written by newer PyTorch, without meaning for reading        |
// | bytecode.pkl, mobile_debug_handles.pkl       | the same program for PyTorch Mobile; not read                |

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <wick/types/ivalue.h>

#include "archive/bytes.h"
#include "archive/zip.h"
#include "ir/compilation_unit.h"

namespace wick::jit {

class SourceImporter;

/// File versions that wick reads: those of PyTorch 1.2 to now.
inline constexpr int64_t kMinFileVersion = 1;
inline constexpr int64_t kMaxFileVersion = 10;

struct LoadedArchive {
    std::shared_ptr<CompilationUnit> unit;
    IntrusivePtr<ScriptObject> module;
    std::vector<IValue> constants;
    std::map<std::string, std::string> extra_files;
    int64_t file_version = 0;
    std::shared_ptr<const archive::ZipReader> zip;
    /// Objects whose class has __setstate__, innermost first, with the state they wait for; their attributes are None
    /// until somebody runs it. check_restored then makes sure of the result.
    std::vector<std::pair<IntrusivePtr<ScriptObject>, IValue>> pending_states;
    /// What the code names; lives as long as the functions that are not compiled yet.
    std::shared_ptr<SourceImporter> importer;
};

/// Reads an archive whole and checks every value against the types of the code. Nothing runs; method bodies are
/// compiled when they are first needed (CompilationUnit::define_all compiles all). Tensors stay in the file's memory,
/// read-only, and are marked constant. Throws ArchiveError for a bad file, CompileError for bad definitions in the
/// code.
LoadedArchive load_archive(const archive::Bytes& file);
LoadedArchive load_archive(const std::string& path);

/// Throws OpError when an attribute of the object has no value of its type: after __setstate__ ran.
void check_restored(const ScriptObject& object);

/// The number in record `version` or `.data/version`, checked against the versions above.
int64_t read_file_version(const archive::ZipReader& zip);
/// The files under extra/.
std::map<std::string, std::string> read_extra_files(const archive::ZipReader& zip);

}  // namespace wick::jit
