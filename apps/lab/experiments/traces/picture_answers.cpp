#include "apps/lab/experiments/traces/picture_answers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kAnswersSchema = "branchline.picture_answers/1";
constexpr const char* kAnswersFix = "delete it to have it measured again";

std::string bits(const std::vector<bool>& right) {
  std::string text;
  for (const bool one : right) text += one ? '1' : '0';
  return text;
}

std::vector<bool> from_bits(const std::string& text) {
  std::vector<bool> right;
  for (const char one : text) right.push_back(one == '1');
  return right;
}

std::string read_whole(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_whole(const std::string& file, const std::string& text) {
  const std::string part = file + ".part";
  std::ofstream stream(part, std::ios::binary);
  stream << text;
  stream.close();
  std::error_code failure;
  if (stream) std::filesystem::rename(part, file, failure);
  if (!stream || failure) throw RunError("cannot write " + file);
}

}  // namespace

void PictureAnswers::add(const BatchAnswers& batch) {
  std::vector<bool>& right = answers_[{{batch.unit, batch.codec}, batch.exit}];
  right.insert(right.end(), batch.right.begin(), batch.right.end());
}

bool PictureAnswers::measured(const Crossing& crossing, int exit) const {
  return answers_.contains({crossing, exit});
}

const std::vector<bool>& PictureAnswers::answers(const Crossing& crossing, int exit) const {
  const auto found = answers_.find({crossing, exit});
  if (found != answers_.end()) return found->second;
  const auto lossless = answers_.find({Crossing{}, exit});
  BL_EXPECT(lossless != answers_.end(), "no such exit was measured");
  return lossless->second;
}

bool PictureAnswers::right(const Crossing& crossing, int exit, std::int64_t picture) const {
  const std::vector<bool>& right = answers(crossing, exit);
  return right[static_cast<std::size_t>(picture) % right.size()];
}

double PictureAnswers::accuracy(const Crossing& crossing, int exit) const {
  const std::vector<bool>& right = answers(crossing, exit);
  return static_cast<double>(std::count(right.begin(), right.end(), true)) /
         static_cast<double>(right.size());
}

std::int64_t PictureAnswers::pictures() const {
  return answers_.empty() ? 0 : static_cast<std::int64_t>(answers_.begin()->second.size());
}

std::string to_json(const MeasuredPictures& measured) {
  nlohmann::ordered_json json = {
      {"schema", kAnswersSchema},
      {"codecs", nlohmann::ordered_json::parse(profile::to_json({measured.codecs}))},
      {"answers", nlohmann::ordered_json::array()}};
  for (const auto& [key, right] : measured.answers.answers_) {
    json["answers"].push_back({{"unit", key.first.unit},
                               {"codec", key.first.codec},
                               {"exit", key.second + 1},
                               {"right", bits(right)}});
  }
  return json.dump(1) + '\n';
}

MeasuredPictures measured_pictures_from_json(const std::string& text, const std::string& where) {
  MeasuredPictures measured;
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("schema") != kAnswersSchema) throw std::invalid_argument("has another schema");
    auto tables = profile::codec_tables_from_json(json.at("codecs").dump(), where);
    measured.codecs = std::move(tables.at(0));
    for (const auto& entry : json.at("answers")) {
      measured.answers.add({entry.at("unit").get<std::int32_t>(),
                            entry.at("codec").get<std::string>(), entry.at("exit").get<int>() - 1,
                            from_bits(entry.at("right").get<std::string>())});
    }
    const std::int64_t pictures = measured.answers.pictures();
    for (const auto& [key, right] : measured.answers.answers_) {
      const bool whole = pictures > 0 && static_cast<std::int64_t>(right.size()) == pictures;
      if (!whole) throw std::invalid_argument("has not one answer a picture");
    }
    if (pictures == 0) throw std::invalid_argument("holds no answers");
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    throw InputError(error.what(), where, kAnswersFix);
  }
  return measured;
}

MeasuredPictures measure_pictures(const std::shared_ptr<const model::Model>& model,
                                  const branchy_models::LabelledImages& images,
                                  const std::string& data_set, const std::string& file,
                                  const std::function<void(std::int64_t done)>& progress) {
  if (!file.empty() && std::filesystem::exists(file)) {
    MeasuredPictures known = measured_pictures_from_json(read_whole(file), file);
    const bool fits =
        known.codecs.digest == model->digest() && known.answers.pictures() == images.size();
    if (fits) return known;
  }
  MeasuredPictures measured;
  measured.codecs = measure_codecs(model, images, data_set, progress,
                                   [&](const BatchAnswers& batch) { measured.answers.add(batch); });
  if (!file.empty()) write_whole(file, to_json(measured));
  return measured;
}

}  // namespace branchline::lab
