#include "apps/branchline/verbs/standard_input_lines.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>
#include <vector>

#include "tests/support/eventually.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;

/// Standard input is a pipe whose other end the test writes to.
class StandardInputLinesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    before_ = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    write_end_ = ends[1];
  }
  void TearDown() override {
    end_input();
    dup2(before_, STDIN_FILENO);
    close(before_);
  }

  void type(const std::string& text) {
    ASSERT_EQ(write(write_end_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end_input() {
    if (write_end_ >= 0) close(write_end_);
    write_end_ = -1;
  }
  bool heard(const std::vector<std::string>& lines) {
    return branchline::testing::eventually(10s, [&] {
      const std::lock_guard lock(mutex_);
      return lines_ == lines;
    });
  }
  std::function<void(const std::string&)> recorder() {
    return [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(line);
    };
  }

 private:
  int before_ = -1, write_end_ = -1;
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

TEST_F(StandardInputLinesTest, HandsOverEachLineThatSaysSomething) {
  const StandardInputLines lines(recorder());
  type("cut\n\n  \nrest");
  EXPECT_TRUE(heard({"cut"}));
  type("ore\nstat");
  EXPECT_TRUE(heard({"cut", "restore"}));
  end_input();
  EXPECT_TRUE(heard({"cut", "restore", "stat"}));
}

TEST_F(StandardInputLinesTest, EndsWhileItWaits) {
  const StandardInputLines lines(recorder());  // the input stays open and silent
}

}  // namespace
}  // namespace branchline::apps
