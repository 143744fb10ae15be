#include "branchy_models/data_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "branchy_models/cifar10.h"
#include "branchy_models/fashion_mnist.h"
#include "branchy_models/image_folder.h"
#include "framework/base/error.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::branchy_models {
namespace {

using Bytes = std::vector<unsigned char>;

void add_u32(Bytes& bytes, unsigned value) {
  for (const int shift : {24, 16, 8, 0})
    bytes.push_back(static_cast<unsigned char>(value >> shift));
}

/// Two pictures; the second one's first pixel is 77.
Bytes idx_images(unsigned count = 2, unsigned magic = 0x803) {
  Bytes bytes;
  for (const unsigned value : {magic, count, 28U, 28U}) add_u32(bytes, value);
  bytes.resize(16 + 2 * 784, 5);
  bytes[16 + 784] = 77;
  return bytes;
}

Bytes idx_labels(const Bytes& labels = {3, 9}) {
  Bytes bytes;
  add_u32(bytes, 0x801);
  add_u32(bytes, static_cast<unsigned>(labels.size()));
  bytes.insert(bytes.end(), labels.begin(), labels.end());
  return bytes;
}

void write_gzipped(const std::string& file, const Bytes& bytes) {
  gzFile gz = gzopen(file.c_str(), "wb");
  gzwrite(gz, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(gz);
}

class FashionMnistFiles : public testing::Test {
 protected:
  void write(const Bytes& images, const Bytes& labels) {
    folder_.write("t10k-images-idx3-ubyte", images);
    folder_.write("t10k-labels-idx1-ubyte", labels);
  }
  std::string error() const {
    try {
      read_fashion_mnist(folder_.path(), Split::test);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }
  TemporaryFolder folder_;
};

TEST_F(FashionMnistFiles, AreReadPlainOrCompressed) {
  write(idx_images(), idx_labels());
  for (const bool compressed : {false, true}) {
    if (compressed) {
      write_gzipped(folder_.path("t10k-images-idx3-ubyte.gz"), idx_images());
      write_gzipped(folder_.path("t10k-labels-idx1-ubyte.gz"), idx_labels());
      std::filesystem::remove(folder_.path("t10k-images-idx3-ubyte"));
      std::filesystem::remove(folder_.path("t10k-labels-idx1-ubyte"));
    }
    const StoredImages set = read_fashion_mnist(folder_.path(), Split::test);
    ASSERT_EQ(set.size(), 2);
    EXPECT_EQ(set.at(0).label, 3);
    EXPECT_EQ(set.at(1).label, 9);
    EXPECT_EQ(set.at(1).image.pixels.at(0), 77);
    EXPECT_EQ(set.at(1).image.channels, 1);
    EXPECT_EQ(set.classes().at(9), "ankle-boot");
  }
}

TEST_F(FashionMnistFiles, NameWhatIsWrong) {
  EXPECT_THAT(error(), testing::HasSubstr("dataset-fashion-mnist"));
  Bytes cut = idx_images();
  cut.pop_back();
  write(cut, idx_labels());
  EXPECT_THAT(error(), testing::HasSubstr("cut short"));
  write(idx_images(2, 0x801), idx_labels());
  EXPECT_THAT(error(), testing::HasSubstr("is not the idx file"));
  write(idx_images(4000000000U), idx_labels());
  EXPECT_THAT(error(), testing::HasSubstr("claims 4000000000 items"));
  write(idx_images(), idx_labels({3, 9, 1}));
  EXPECT_THAT(error(), testing::HasSubstr("another number of items"));
  write(idx_images(), idx_labels({3, 10}));
  EXPECT_THAT(error(), testing::HasSubstr("label 10"));
}

TEST_F(FashionMnistFiles, ThatAreCompressedAndDamagedAreRefused) {
  write_gzipped(folder_.path("t10k-labels-idx1-ubyte.gz"), idx_labels());
  write_gzipped(folder_.path("t10k-images-idx3-ubyte.gz"), idx_images());
  std::filesystem::resize_file(folder_.path("t10k-images-idx3-ubyte.gz"), 20);
  EXPECT_THAT(error(), testing::HasSubstr("t10k-images-idx3-ubyte.gz"));
}

Bytes cifar_record(unsigned char label, unsigned char red, unsigned char green,
                   unsigned char blue) {
  Bytes record = {label};
  for (const unsigned char value : {red, green, blue}) record.insert(record.end(), 1024, value);
  return record;
}

TEST(Cifar10, TurnsPlanesIntoPixels) {
  TemporaryFolder folder;
  folder.write("test_batch.bin", cifar_record(8, 10, 20, 30));
  const StoredImages set = read_cifar10(folder.path(), Split::test);
  ASSERT_EQ(set.size(), 1);
  EXPECT_EQ(set.classes().at(8), "ship");
  const LabelledImage ship = set.at(0);
  EXPECT_EQ(ship.label, 8);
  EXPECT_EQ(ship.image.channels, 3);
  EXPECT_THAT(Bytes(ship.image.pixels.begin(), ship.image.pixels.begin() + 4),
              testing::ElementsAre(10, 20, 30, 10));
}

TEST(Cifar10, ReadsTheTrainingSetFromFiveFiles) {
  TemporaryFolder folder;
  for (unsigned char i = 1; i <= 5; ++i) {
    folder.write("data_batch_" + std::to_string(i) + ".bin", cifar_record(i, 1, 2, 3));
  }
  const StoredImages set = read_cifar10(folder.path(), Split::train);
  ASSERT_EQ(set.size(), 5);
  EXPECT_EQ(set.at(4).label, 5);
  std::filesystem::remove(folder.path("data_batch_3.bin"));
  EXPECT_THROW(read_cifar10(folder.path(), Split::train), InputError);
}

TEST(Cifar10, RefusesCutAndMislabelledRecords) {
  TemporaryFolder folder;
  Bytes record = cifar_record(8, 10, 20, 30);
  record.pop_back();
  folder.write("test_batch.bin", record);
  EXPECT_THROW(read_cifar10(folder.path(), Split::test), InputError);
  folder.write("test_batch.bin", {});
  EXPECT_THROW(read_cifar10(folder.path(), Split::test), InputError);
  folder.write("test_batch.bin", cifar_record(10, 1, 1, 1));
  EXPECT_THROW(read_cifar10(folder.path(), Split::test), InputError);
}

TEST(DataSets, AreToldApartByTheirFiles) {
  TemporaryFolder folder;
  EXPECT_THROW(data_set_in(folder.path()), InputError);
  folder.write("t10k-labels-idx1-ubyte.gz", {0});
  EXPECT_EQ(data_set_in(folder.path()), DataSetKind::fashion_mnist);
  folder.write("test_batch.bin", {0});
  EXPECT_EQ(data_set_in(folder.path()), DataSetKind::cifar10);
}

/// A 2 x 1 binary PPM, which OpenCV reads without loss.
Bytes tiny_ppm(unsigned char red) {
  const std::string header = "P6\n2 1\n255\n";
  Bytes bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), {red, 0, 9, red, 0, 9});
  return bytes;
}

TEST(ImageFolder, LabelsBySubFolderInTheOrderOfNames) {
  TemporaryFolder folder;
  folder.write("dog/b.ppm", tiny_ppm(40));
  folder.write("cat/a.ppm", tiny_ppm(80));
  folder.write("cat/notes.txt", {'x'});
  const ImageFolder images(folder.path(), {}, 2, 2, 3);
  ASSERT_EQ(images.size(), 2);
  EXPECT_THAT(images.classes(), testing::ElementsAre("cat", "dog"));
  EXPECT_EQ(images.at(0).label, 0);
  EXPECT_EQ(images.at(0).image.height, 2);
  EXPECT_EQ(images.at(0).image.pixels.at(0), 80);  // red comes first
  EXPECT_EQ(images.at(1).label, 1);
}

TEST(ImageFolder, TakesTheModelsClassesAndRefusesOthers) {
  TemporaryFolder folder;
  folder.write("dog/b.ppm", tiny_ppm(40));
  EXPECT_EQ(ImageFolder(folder.path(), {"dog", "cat"}, 2, 2, 3).at(0).label, 0);
  EXPECT_THROW(ImageFolder(folder.path(), {"cat", "cow"}, 2, 2, 3), InputError);
}

TEST(ImageFolder, RefusesWhatHoldsNoPictures) {
  TemporaryFolder folder;
  EXPECT_THROW(ImageFolder(folder.path(), {}, 2, 2, 3), InputError);
  EXPECT_THROW(ImageFolder(folder.path("nowhere"), {}, 2, 2, 3), InputError);
  folder.write("dog/broken.png", {1, 2, 3});
  EXPECT_THROW(ImageFolder(folder.path(), {}, 2, 2, 3).at(0), InputError);
}

}  // namespace
}  // namespace branchline::branchy_models
