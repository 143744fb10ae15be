#include "framework/model/model_manifest.h"

#include <caffe2/serialize/inline_container.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <system_error>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

using ManifestJson = nlohmann::json;
using caffe2::serialize::PyTorchStreamReader;
using caffe2::serialize::PyTorchStreamWriter;

constexpr const char* kManifestSchema = "branchline.manifest/1";
constexpr const char* kManifestRecord = "extra/branchline.json";

/// Checked access to the fields of one JSON object; every failure names the file and the field.
class ManifestFields {
 public:
  ManifestFields(const ManifestJson& object, std::string where, std::string path)
      : object_(object), where_(std::move(where)), path_(std::move(path)) {
    if (!object_.is_object()) fail("", "is not an object");
  }

  template <typename T>
  void read(const char* name, T& value) const {
    const auto found = object_.find(name);
    if (found == object_.end()) return;
    try {
      value = found->template get<T>();
    } catch (const ManifestJson::exception&) {
      fail(name, "has the wrong type");
    }
  }

  void read_share(const char* name, std::optional<double>& value) const {
    read_number(name, value);
    if (value && (*value < 0 || *value > 1)) fail(name, "is not between 0 and 1");
  }

  void read_number(const char* name, std::optional<double>& value) const {
    const auto found = object_.find(name);
    if (found == object_.end() || found->is_null()) return;
    double number = 0;
    read(name, number);
    value = number;
  }

  /// Calls `use(fields)` for every object of the list `name`.
  void each(const char* name, const std::function<void(const ManifestFields&)>& use) const {
    const auto found = object_.find(name);
    if (found == object_.end()) return;
    if (!found->is_array()) fail(name, "is not a list");
    for (std::size_t i = 0; i < found->size(); ++i) {
      use(ManifestFields((*found)[i], where_, path_ + name + "[" + std::to_string(i) + "]."));
    }
  }

  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    throw InputError("manifest field '" + path_ + name + "' " + what, where_,
                     "write it again with 'branchline calibrate' or 'branchline import'",
                     InputKind::model);
  }

 private:
  const ManifestJson& object_;
  std::string where_;
  std::string path_;
};

ManifestJson json_of(const InputManifest& input) {
  ManifestJson json = {{"name", input.name}, {"type", name_of(input.type)}, {"shape", input.shape}};
  if (input.is_image) {
    json["image"] = {
        {"mean", input.mean}, {"std", input.std}, {"jpeg_quality", input.jpeg_quality}};
  }
  return json;
}

ManifestJson json_of(const ExitManifest& exit) {
  ManifestJson json = {{"name", exit.name}};
  if (exit.accuracy) json["accuracy"] = *exit.accuracy;
  if (exit.entropy_threshold) json["entropy_threshold"] = *exit.entropy_threshold;
  if (exit.leave_share) json["leave_share"] = *exit.leave_share;
  return json;
}

DType dtype_named(const std::string& name, const ManifestFields& fields) {
  for (int number = 0; number < kDTypeCount; ++number) {
    const auto type = static_cast<DType>(number);
    if (name == name_of(type)) return type;
  }
  fields.fail("type", "names no element type: '" + name + "'");
}

void read_image(const ManifestFields& fields, InputManifest& input) {
  input.is_image = true;
  fields.read("mean", input.mean);
  fields.read("std", input.std);
  fields.read("jpeg_quality", input.jpeg_quality);
  if (input.shape.size() != 4) fields.fail("", "needs an input of four dimensions, N,C,H,W");
  const auto channels = static_cast<std::size_t>(input.shape[1]);
  if (channels != 1 && channels != 3) fields.fail("", "needs an input of 1 or 3 channels");
  if (input.mean.size() != channels) fields.fail("mean", "needs one number per channel");
  if (input.std.size() != channels) fields.fail("std", "needs one number per channel");
  for (const float value : input.mean) {
    if (!std::isfinite(value)) fields.fail("mean", "holds a number that is not finite");
  }
  for (const float value : input.std) {
    if (!(value > 0) || !std::isfinite(value)) fields.fail("std", "holds a number that is not > 0");
  }
  if (input.jpeg_quality < 1 || input.jpeg_quality > 100) {
    fields.fail("jpeg_quality", "is not between 1 and 100");
  }
}

InputManifest read_input(const ManifestFields& fields, const ManifestJson& json,
                         const std::string& where, const std::string& path) {
  InputManifest input;
  std::string type = name_of(input.type);
  fields.read("name", input.name);
  fields.read("type", type);
  fields.read("shape", input.shape);
  input.type = dtype_named(type, fields);
  for (const std::int64_t extent : input.shape) {
    if (extent < 1) fields.fail("shape", "holds an extent below 1");
  }
  const auto image = json.find("image");
  if (image != json.end()) read_image(ManifestFields(*image, where, path + "image."), input);
  return input;
}

ExitManifest read_exit(const ManifestFields& fields) {
  ExitManifest exit;
  fields.read("name", exit.name);
  fields.read_share("accuracy", exit.accuracy);
  fields.read_number("entropy_threshold", exit.entropy_threshold);
  fields.read_share("leave_share", exit.leave_share);
  if (exit.entropy_threshold && *exit.entropy_threshold < 0) {
    fields.fail("entropy_threshold", "is below 0");
  }
  return exit;
}

void read_inputs(const ManifestJson& json, const std::string& where, ModelManifest& manifest) {
  const auto inputs = json.find("inputs");
  if (inputs == json.end()) return;
  if (!inputs->is_array()) ManifestFields(json, where, "").fail("inputs", "is not a list");
  for (std::size_t i = 0; i < inputs->size(); ++i) {
    const std::string path = "inputs[" + std::to_string(i) + "].";
    const ManifestJson& input = (*inputs)[i];
    manifest.inputs.push_back(read_input(ManifestFields(input, where, path), input, where, path));
  }
}

[[noreturn]] void fail_no_archive(const std::string& model_file) {
  if (!std::filesystem::exists(model_file)) {
    throw InputError("no such file", model_file, "", InputKind::model);
  }
  throw InputError("is not a readable TorchScript archive", model_file,
                   "save the model with torch.jit.save", InputKind::model);
}

/// Tensors stay uncompressed: LibTorch maps them from the file as they are.
void copy_record(PyTorchStreamReader& reader, PyTorchStreamWriter& writer,
                 const std::string& record) {
  const auto [data, size] = reader.getRecord(record);
  const bool is_code = record.compare(0, 5, "code/") == 0;
  writer.writeRecord(record, data.get(), size, is_code);
}

void write_archive(PyTorchStreamReader& reader, const std::string& manifest_text, std::FILE* file) {
  bool complete = true;
  PyTorchStreamWriter writer([&](const void* data, std::size_t size) {
    const std::size_t written = std::fwrite(data, 1, size, file);
    complete = complete && written == size;
    return written;
  });
  writer.setMinVersion(reader.version());
  for (const std::string& record : reader.getAllRecords()) {
    const bool is_writers_own = record == "version" || record.compare(0, 6, ".data/") == 0;
    if (!is_writers_own && record != kManifestRecord) copy_record(reader, writer, record);
  }
  writer.writeRecord(kManifestRecord, manifest_text.data(), manifest_text.size());
  writer.writeEndOfFile();
  if (!complete || std::fflush(file) != 0 || ::fsync(fileno(file)) != 0) {
    throw RunError("the disk took only a part of it");
  }
}

}  // namespace

std::string to_json(const ModelManifest& manifest) {
  ManifestJson json = {
      {"schema", kManifestSchema}, {"name", manifest.name}, {"classes", manifest.classes}};
  json["inputs"] = ManifestJson::array();
  for (const InputManifest& input : manifest.inputs) json["inputs"].push_back(json_of(input));
  json["exits"] = ManifestJson::array();
  for (const ExitManifest& exit : manifest.exits) json["exits"].push_back(json_of(exit));
  json["codecs"] = ManifestJson::array();
  for (const CodecAccuracy& codec : manifest.codecs) {
    json["codecs"].push_back({{"codec", codec.codec}, {"accuracy", codec.accuracy}});
  }
  json["data_set"] = manifest.data_set;
  json["made_by"] = manifest.made_by;
  return json.dump(2) + "\n";
}

ModelManifest manifest_from_json(const std::string& text, const std::string& where) {
  const ManifestJson json = ManifestJson::parse(text, nullptr, /*allow_exceptions=*/false);
  const ManifestFields fields(json, where, "");
  std::string schema;
  fields.read("schema", schema);
  if (schema != kManifestSchema) fields.fail("schema", "is not " + std::string(kManifestSchema));

  ModelManifest manifest;
  fields.read("name", manifest.name);
  fields.read("classes", manifest.classes);
  fields.read("data_set", manifest.data_set);
  fields.read("made_by", manifest.made_by);
  read_inputs(json, where, manifest);
  fields.each("exits",
              [&](const ManifestFields& exit) { manifest.exits.push_back(read_exit(exit)); });
  fields.each("codecs", [&](const ManifestFields& codec) {
    CodecAccuracy& entry = manifest.codecs.emplace_back();
    codec.read("codec", entry.codec);
    codec.read("accuracy", entry.accuracy);
    for (const double accuracy : entry.accuracy) {
      if (!(accuracy >= 0 && accuracy <= 1)) codec.fail("accuracy", "is not between 0 and 1");
    }
  });
  return manifest;
}

ModelManifest read_manifest(const std::string& model_file) {
  std::string text;
  try {
    PyTorchStreamReader reader(model_file);
    if (!reader.hasRecord(kManifestRecord)) return {};
    const auto [data, size] = reader.getRecord(kManifestRecord);
    text.assign(static_cast<const char*>(data.get()), size);
  } catch (const std::exception&) {
    fail_no_archive(model_file);
  }
  return manifest_from_json(text, model_file);
}

void write_manifest(const std::string& model_file, const ModelManifest& manifest) {
  std::unique_ptr<PyTorchStreamReader> reader;
  try {
    reader = std::make_unique<PyTorchStreamReader>(model_file);
  } catch (const std::exception&) {
    fail_no_archive(model_file);
  }
  const std::string temporary = model_file + ".tmp" + std::to_string(::getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) throw RunError(temporary + ": cannot be written");
  try {
    write_archive(*reader, to_json(manifest), file);
  } catch (const std::exception& error) {
    std::fclose(file);
    std::remove(temporary.c_str());
    throw RunError(temporary + ": cannot be written: " + error.what());
  }
  std::fclose(file);
  std::error_code failed;
  std::filesystem::rename(temporary, model_file, failed);
  if (failed) throw RunError(model_file + ": cannot be replaced: " + failed.message());
}

}  // namespace branchline::model
