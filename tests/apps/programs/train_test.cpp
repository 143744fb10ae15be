// `train` and `calibrate` on a data set of a hundred pictures.

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;
using Bytes = std::vector<unsigned char>;
using Folder = branchy_models::TemporaryFolder;

Bytes idx_header(std::initializer_list<unsigned> values) {
  Bytes bytes;
  for (const unsigned value : values) {
    for (const int shift : {24, 16, 8, 0}) {
      bytes.push_back(static_cast<unsigned char>(value >> shift));
    }
  }
  return bytes;
}

/// Fashion-MNIST's files with `count` pictures: class c is a bright bar in rows 2c to 2c + 5.
void write_part(const Folder& folder, const std::string& part, unsigned count) {
  Bytes images = idx_header({0x803, count, 28, 28});
  Bytes labels = idx_header({0x801, count});
  for (unsigned i = 0; i < count; ++i) {
    const unsigned label = i % 10;
    labels.push_back(static_cast<unsigned char>(label));
    for (unsigned pixel = 0; pixel < 28 * 28; ++pixel) {
      const unsigned row = pixel / 28;
      const bool bright = row >= 2 * label && row < 2 * label + 6;
      images.push_back(static_cast<unsigned char>((bright ? 200 : 20) + (pixel * 7 + i) % 30));
    }
  }
  folder.write("data/" + part + "-images-idx3-ubyte", images);
  folder.write("data/" + part + "-labels-idx1-ubyte", labels);
}

class TrainVerb : public ::testing::Test {
 protected:
  TrainVerb() {
    write_part(folder_, "train", 320);
    write_part(folder_, "t10k", 50);
  }

  Finished train(std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"train", "b_lenet", "--data", folder_.path("data"), "--seed", "3", "-o", model()});
    return branchline(more);
  }
  std::string model() const { return folder_.path("b_lenet.pt"); }

  Folder folder_;
};

TEST_F(TrainVerb, WritesACalibratedModel) {
  const Finished first = train({"--epochs", "1", "--json"});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("epoch 1/1"));
  const Json manifest = Json::parse(first.out);
  EXPECT_THAT(manifest["data_set"].get<std::string>(), HasSubstr("50 images"));
  ASSERT_EQ(manifest["exits"].size(), 3u);
  for (const Json& exit : manifest["exits"]) {
    EXPECT_GE(exit["accuracy"], 0.0);
    EXPECT_LE(exit["accuracy"], 1.0);
  }

  const std::string before = branchline({"inspect", model(), "--json"}).out;
  const Finished calibrated =
      branchline({"calibrate", model(), "--data", folder_.path("data"), "--limit", "20", "--json"});
  ASSERT_EQ(calibrated.code, 0) << calibrated.err;
  const Json measured = Json::parse(calibrated.out);
  EXPECT_THAT(measured["data_set"].get<std::string>(), HasSubstr("20 images"));
  EXPECT_EQ(Json::parse(branchline({"inspect", model(), "--json"}).out)["digest"],
            Json::parse(before)["digest"])
      << "the network stays the same";
}

TEST_F(TrainVerb, ResumesAKilledTraining) {
  std::vector<std::string> command = {"train", "b_lenet", "--data", folder_.path("data"), "--seed",
                                      "3",     "-o",      model(),  "--epochs",           "40"};
  {
    ChildProcess killed(branchline_command(command), {}, true);
    EXPECT_THAT(killed.line(), HasSubstr("epoch 1/40"));
    EXPECT_THAT(killed.line(), HasSubstr("epoch 2/40"));  // the first one's checkpoint is there
  }
  EXPECT_FALSE(std::filesystem::exists(model()));
  command.push_back("--resume");
  const Finished resumed = branchline(command);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("epoch 40/40"));
  EXPECT_THAT(resumed.err, Not(HasSubstr("epoch 1/40"))) << "it is not done again";
  EXPECT_TRUE(std::filesystem::exists(model()));
  const Finished over = branchline(command);
  EXPECT_EQ(over.code, 2);
  EXPECT_THAT(over.err, HasSubstr("b_lenet.pt.ckpt: there is no checkpoint"));
}

TEST_F(TrainVerb, NamesWhatIsWrong) {
  const Finished network =
      branchline({"train", "b_nope", "--data", folder_.path("data"), "-o", folder_.path("x.pt")});
  EXPECT_EQ(network.code, 2);
  EXPECT_THAT(network.err, HasSubstr("b_nope: is no network of the zoo. take one of: b_lenet"));
  const Finished data = branchline(
      {"train", "b_lenet", "--data", folder_.path("nowhere"), "-o", folder_.path("x.pt")});
  EXPECT_EQ(data.code, 2);
  EXPECT_THAT(data.err, HasSubstr("holds neither Fashion-MNIST"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("x.pt")));
  const Finished epochs = train({"--epochs", "0"});
  EXPECT_EQ(epochs.code, 2);
  EXPECT_THAT(epochs.err, HasSubstr("--epochs"));
}

TEST(Calibrate, NamesWhatIsMissing) {
  const Finished model = branchline({"calibrate", "nowhere.pt", "--data", "."});
  EXPECT_EQ(model.code, 5);
  EXPECT_THAT(model.err, HasSubstr("nowhere.pt: no such file"));
  const Finished data =
      branchline({"calibrate", shipped("b_lenet-fashion.pt"), "--data", "nowhere"});
  EXPECT_EQ(data.code, 2);
  EXPECT_THAT(data.err, HasSubstr("nowhere: is no folder"));
}

}  // namespace
}  // namespace branchline::testing
