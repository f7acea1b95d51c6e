#include "archive/module_load.h"

#include <algorithm>
#include <charconv>

#include <wick/support/check.h>

#include "archive/debug_ranges.h"
#include "archive/tensor_records.h"
#include "archive/unpickler.h"
#include "archive/value_types.h"
#include "frontend/source_importer.h"

namespace wick::jit {

using namespace archive;

namespace {

/// Texts of the archive's code, with their origins.
SourceImporter::Reader code_reader(std::shared_ptr<const ZipReader> zip) {
    return [zip = std::move(zip)](const std::string& qualifier) -> std::shared_ptr<const Source> {
        std::string name = "code/" + qualifier + ".py";
        std::replace(name.begin() + 5, name.end() - 3, '.', '/');
        const ZipRecord* record = zip->find(name);
        if (!record) return nullptr;
        auto source = std::make_shared<Source>(std::string(zip->read(*record).view()), name);
        if (const ZipRecord* debug = zip->find(name + ".debug_pkl"))
            source->set_origin(origin_in(debug->name, zip->read(*debug)));
        return source;
    };
}

std::vector<IValue> read_constants(const ZipReader& zip, const std::function<void(const Tensor&)>& on_tensor) {
    const ZipRecord* record = zip.find("constants.pkl");
    if (!record) return {};
    UnpickleOptions options;
    options.read_storage = storage_reader(zip, "constants/");
    options.on_tensor = on_tensor;
    const IValue constants = unpickle(record->name, zip.read(*record).view(), options);
    if (constants.is_tuple()) return constants.to_tuple().elements;
    if (constants.is_list()) return constants.to_list().items;
    throw ArchiveError(record->name, 0, "the constants are not a tuple");
}

/// Instances of the program's classes from their states.
class ObjectLoader {
 public:
    explicit ObjectLoader(LoadedArchive& archive) : archive_(archive) {}

    IValue make(const TypePtr& type, IValue state) {
        const auto* class_type = type->cast<ClassType>();
        WICK_CHECK(class_type, "'{}' is not a class", type->annotation_str());
        auto object = make_intrusive<ScriptObject>(ClassTypePtr(const_cast<ClassType*>(class_type)));
        if (class_type->find_method("__getstate__") && class_type->find_method("__setstate__")) {
            archive_.pending_states.emplace_back(object, std::move(state));
            return object;
        }
        const DictObject& values = state.to_dict();
        for (size_t i = 0; i < class_type->attributes().size(); ++i) {
            const std::string& name = class_type->attributes()[i].name;
            const IValue* value = values.find(IValue(name));
            WICK_CHECK(value, "an object of class {} has no attribute '{}'", class_type->name(), name);
            object->set_slot(i, *value);
        }
        return object;
    }

 private:
    LoadedArchive& archive_;
};

}  // namespace

int64_t read_file_version(const ZipReader& zip) {
    if (zip.find("model.json"))
        throw ArchiveError(
            "model.json", -1,
            "an archive of PyTorch 1.0 or 1.1, which later versions cannot read either; please re-export it");
    const std::string name = zip.find(".data/version") ? ".data/version" : "version";
    const Bytes record = zip.read(name);
    std::string_view text = record.view();
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    int64_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size())
        throw ArchiveError(name, 0, "the version is not a number");
    if (version < kMinFileVersion || version > kMaxFileVersion)
        throw ArchiveError(
            "version", 0,
            fmt::format("Attempted to read a PyTorch file with version {}, but the supported versions are {} to {}",
                        version, kMinFileVersion, kMaxFileVersion));
    return version;
}

std::map<std::string, std::string> read_extra_files(const ZipReader& zip) {
    constexpr std::string_view kFolder = "extra/";
    std::map<std::string, std::string> files;
    for (const ZipRecord& record : zip.records()) {
        if (record.name.starts_with(kFolder))
            files.emplace(record.name.substr(kFolder.size()), zip.read(record).view());
    }
    return files;
}

LoadedArchive load_archive(const Bytes& file) {
    if (!ZipReader::looks_like_zip(file))
        throw ArchiveError("", 0, "not a TorchScript archive: the file is not a ZIP archive");
    const auto zip = std::make_shared<const ZipReader>(file);
    LoadedArchive archive;
    archive.zip = zip;
    archive.file_version = read_file_version(*zip);
    check_byte_order(*zip);
    if (!zip->find("data.pkl")) throw ArchiveError("data.pkl", -1, "not a TorchScript archive: the record is missing");
    if (!zip->find("constants.pkl") &&
        std::none_of(zip->records().begin(), zip->records().end(),
                     [](const ZipRecord& record) { return record.name.starts_with("code/"); }))
        throw ArchiveError("constants.pkl", -1,
                           "not a TorchScript archive but what torch.save writes: there is no code in it");
    archive.extra_files = read_extra_files(*zip);

    // Weights that nobody has written to yet: worth packing once.
    const auto mark_constant = [](const Tensor& tensor) { tensor.impl()->is_constant = true; };
    archive.unit = std::make_shared<CompilationUnit>();
    archive.constants = read_constants(*zip, mark_constant);
    archive.importer =
        std::make_shared<SourceImporter>(archive.unit, archive.constants, code_reader(zip), archive.file_version);

    ObjectLoader loader(archive);
    UnpickleOptions options;
    options.resolve_type = [&](const std::string& name) { return archive.importer->resolve_type(name); };
    options.parse_type = [&](const std::string& annotation) { return archive.importer->parse_type(annotation); };
    options.make_object = [&](const TypePtr& type, IValue state) { return loader.make(type, std::move(state)); };
    options.read_storage = storage_reader(*zip, "data/");
    options.on_tensor = mark_constant;
    const IValue root = unpickle("data.pkl", zip->read("data.pkl").view(), options);
    if (!root.is_object() || !root.to_object().type->is_module())
        throw ArchiveError("data.pkl", 0,
                           fmt::format("the archive holds a {} instead of a module", root.type()->annotation_str()));

    try {
        TypeRestorer restorer;
        for (const auto& [object, state] : archive.pending_states) restorer.skip(*object);
        restorer.restore_object(root.to_object());
    } catch (const OpError& error) {
        throw ArchiveError("data.pkl", -1, error.what());
    }
    archive.module = IntrusivePtr<ScriptObject>(&root.to_object());
    return archive;
}

LoadedArchive load_archive(const std::string& path) { return load_archive(map_file(path)); }

void check_restored(const ScriptObject& object) { TypeRestorer().restore_object(object); }

}  // namespace wick::jit
