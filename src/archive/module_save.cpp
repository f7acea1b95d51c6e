#include "archive/module_save.h"

#include <algorithm>
#include <unordered_map>

#include <wick/support/check.h>
#include <wick/types/function.h>

#include "archive/debug_ranges.h"
#include "archive/source_export.h"
#include "archive/tensor_records.h"
#include "frontend/upgraders.h"
#include "ir/graph.h"

namespace wick::jit {

using namespace archive;

namespace {

constexpr int64_t kLowestWrittenVersion = 3;
/// From this version on, PyTorch keeps the version in .data/version.
constexpr int64_t kFirstHiddenVersion = 6;

void raise_version(const Block& block, int64_t& version) {
    for (const Node* node : block.nodes()) {
        if (node->op) version = std::max(version, operator_version(node->op->schema()));
        for (const Block* inner : node->blocks) raise_version(*inner, version);
        for (const auto& [name, value] : node->attributes) {
            if (const auto* graph = std::get_if<std::shared_ptr<Graph>>(&value))
                raise_version(*(*graph)->block(), version);
        }
    }
}

/// The states that objects with __getstate__ are written with, asked for once each.
class States {
 public:
    explicit States(const SaveOptions& options) : options_(options) {
        for (const auto& [object, state] : options.kept_states) states_.emplace(object.get(), state);
    }

    const IValue* of(const ScriptObject& object) {
        if (!object.type->find_method("__getstate__") || !object.type->find_method("__setstate__")) return nullptr;
        if (const auto known = states_.find(&object); known != states_.end()) return &known->second;
        WICK_CHECK(options_.get_state, "cannot save an object of class {}: its __getstate__ has to run",
                   object.type->name());
        IValue state = options_.get_state(IntrusivePtr<ScriptObject>(const_cast<ScriptObject*>(&object)));
        return &states_.emplace(&object, std::move(state)).first->second;
    }

 private:
    const SaveOptions& options_;
    std::unordered_map<const ScriptObject*, IValue> states_;
};

/// The lowest file version whose readers understand every operator as it is meant today.
int64_t file_version_for(const ProgramSource& source) {
    int64_t version = kLowestWrittenVersion;
    const auto raise = [&](const IntrusivePtr<Function>& function) {
        raise_version(*function->graph()->block(), version);
    };
    for (const ExportDependencies::Entry& entry : source.definitions()) {
        if (const auto* function = std::get_if<IntrusivePtr<Function>>(&entry)) {
            raise(*function);
        } else if (const auto* type = std::get<TypePtr>(entry)->cast<ClassType>()) {
            for (const auto* functions :
                 {&type->methods(), &type->static_methods(), &type->forward_hooks(), &type->forward_pre_hooks()}) {
                for (const IntrusivePtr<Function>& function : *functions) raise(function);
            }
        }
    }
    return version;
}

/// What was loaded keeps pointing to its author's files: a place of the old archive's code is followed to where it came
/// from.
SourceRange authored(const SourceRange& range) {
    return range.known() && range.source()->origin() ? range.source()->origin()(range.begin()) : range;
}

std::vector<DebugRow> debug_rows(const TaggedText& text) {
    const auto same = [](const SourceRange& a, const SourceRange& b) {
        return a.source() == b.source() && a.begin() == b.begin() && a.end() == b.end();
    };
    std::vector<DebugRow> rows;
    for (const TaggedRange& tagged : text.ranges()) {
        const SourceRange range = authored(tagged.range);
        if (rows.empty() || !same(rows.back().range, range))
            rows.push_back({static_cast<int64_t>(tagged.offset), range});
    }
    return rows;
}

/// Short records are not worth the work of inflating them.
void add_code(ZipWriter& zip, const std::string& name, const std::string& text) {
    constexpr size_t kMinDeflated = 200;
    text.size() > kMinDeflated ? zip.add_deflated(name, text) : zip.add(name, text);
}

void write(const IntrusivePtr<ScriptObject>& module, const SaveOptions& options, const Sink& sink) {
    WICK_CHECK(module->type->is_module(), "only modules can be saved, not a {}", module->type->name());
    ZipWriter zip(sink);
    for (const auto& [name, contents] : options.extra_files) zip.add("extra/" + name, contents);

    States states(options);
    Pickler pickler(PickleDialect::script);
    pickler.state_of = [&](const ScriptObject& object) { return states.of(object); };
    write_pickled(zip, "data", "data/", module, pickler, true);

    // No static type tells which classes stand behind interfaces; the values do.
    ProgramSource source;
    source.add(module->type, pickler.classes());
    DebugTags tags;
    for (const ProgramSource::File& file : source.files()) {
        add_code(zip, file.record_name(), file.exporter.text().str());
        add_code(zip, file.record_name() + ".debug_pkl", write_debug_rows(debug_rows(file.exporter.text()), tags));
    }

    Pickler constants(PickleDialect::script);
    write_pickled(zip, "constants", "constants/", make_tuple(source.constants()), constants, true);

    const int64_t version = file_version_for(source);
    zip.add(version >= kFirstHiddenVersion ? ".data/version" : "version", std::to_string(version) + "\n");
    zip.add("byteorder", "little");
    zip.add(".data/serialization_id", zip.serialization_id());
    zip.finish();
}

}  // namespace

void save_archive(const IntrusivePtr<ScriptObject>& module, const std::string& path, const SaveOptions& options) {
    AtomicFile file(path);
    write(module, options, file.sink());
    file.commit();
}

std::string save_archive_to_memory(const IntrusivePtr<ScriptObject>& module, const SaveOptions& options) {
    std::string out;
    write(module, options, string_sink(out));
    return out;
}

}  // namespace wick::jit
