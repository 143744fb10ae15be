#include "apps/lab/frame_source.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <set>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 9> kPictureEndings = {".jpg", ".jpeg", ".png",  ".bmp", ".ppm",
                                                        ".pgm", ".tif",  ".tiff", ".webp"};

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kPictureEndings.begin(), kPictureEndings.end(), ending) != kPictureEndings.end();
}

struct Picture {
  std::optional<std::string> label;
  fs::path path;
};

std::vector<Picture> list_pictures(const fs::path& folder) {
  std::vector<Picture> pictures;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::follow_directory_symlink)) {
    if (!entry.is_regular_file() || !is_picture(entry.path())) continue;
    const fs::path inside = fs::relative(entry.path(), folder);
    std::optional<std::string> label;
    if (inside.has_parent_path()) label = inside.begin()->string();
    pictures.push_back({label, entry.path()});
  }
  std::sort(pictures.begin(), pictures.end(), [](const Picture& a, const Picture& b) {
    return std::tie(a.label, a.path) < std::tie(b.label, b.path);
  });
  return pictures;
}

class PictureSource final : public FrameSource {
 public:
  PictureSource(std::vector<Picture> pictures, std::string folder)
      : pictures_(std::move(pictures)), folder_(std::move(folder)) {}

  std::optional<SourceFrame> next() override {
    if (next_ == pictures_.size()) return std::nullopt;
    const Picture& picture = pictures_[next_];
    SourceFrame frame{next_++, {}, picture.label, picture.path.string(), ""};
    try {
      frame.image = cv::imread(frame.name, cv::IMREAD_COLOR);
    } catch (const cv::Exception& error) {
      frame.problem = error.what();
    }
    if (frame.image.empty() && frame.problem.empty()) {
      frame.problem = frame.name + ": is not a picture that OpenCV can decode";
    }
    return frame;
  }

  bool live() const override { return false; }
  std::optional<double> own_rate() const override { return std::nullopt; }

  std::string description() const override {
    std::set<std::string> labels;
    for (const Picture& picture : pictures_) {
      if (picture.label) labels.insert(*picture.label);
    }
    const std::string count = std::to_string(pictures_.size()) +
                              (pictures_.size() == 1 ? " picture" : " pictures") + " in " + folder_;
    return labels.empty() ? count : count + " (" + std::to_string(labels.size()) + " labels)";
  }

 private:
  std::vector<Picture> pictures_;
  std::string folder_;
  std::size_t next_ = 0;
};

class CaptureSource final : public FrameSource {
 public:
  CaptureSource(cv::VideoCapture capture, std::string name, bool live)
      : capture_(std::move(capture)), name_(std::move(name)), live_(live) {
    const double rate = capture_.get(cv::CAP_PROP_FPS);
    if (rate > 0 && rate < 1000) rate_ = rate;
  }

  std::optional<SourceFrame> next() override {
    SourceFrame frame;
    frame.number = next_;
    frame.name = name_ + " #" + std::to_string(next_);
    // OpenCV hands out its own buffer: without a copy the next read would overwrite the frame.
    cv::Mat shared;
    try {
      if (!capture_.read(shared) || shared.empty()) return std::nullopt;
    } catch (const cv::Exception&) {
      return std::nullopt;
    }
    frame.image = shared.clone();
    ++next_;
    return frame;
  }

  bool live() const override { return live_; }
  std::optional<double> own_rate() const override { return rate_; }
  std::string description() const override {
    const auto side = [this](int property) {
      return std::to_string(static_cast<int>(capture_.get(property)));
    };
    return name_ + ", " + side(cv::CAP_PROP_FRAME_WIDTH) + "x" + side(cv::CAP_PROP_FRAME_HEIGHT);
  }

 private:
  cv::VideoCapture capture_;
  std::string name_;
  bool live_;
  std::optional<double> rate_;
  std::uint64_t next_ = 0;
};

class MemorySource final : public FrameSource {
 public:
  explicit MemorySource(std::vector<SourceFrame> frames) : frames_(std::move(frames)) {}

  std::optional<SourceFrame> next() override {
    if (next_ == frames_.size()) return std::nullopt;
    SourceFrame frame = frames_[next_];
    frame.number = next_++;
    return frame;
  }
  bool live() const override { return false; }
  std::optional<double> own_rate() const override { return std::nullopt; }
  std::string description() const override {
    return std::to_string(frames_.size()) + " frames in memory";
  }

 private:
  std::vector<SourceFrame> frames_;
  std::size_t next_ = 0;
};

/// OpenCV tells of every backend that it tried in vain; the error we throw is one sentence.
class QuietOpenCv {
 public:
  QuietOpenCv() : before_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
  ~QuietOpenCv() { cv::utils::logging::setLogLevel(before_); }
  QuietOpenCv(const QuietOpenCv&) = delete;
  QuietOpenCv& operator=(const QuietOpenCv&) = delete;

 private:
  cv::utils::logging::LogLevel before_;
};

std::unique_ptr<FrameSource> open_camera(const std::string& input, const std::string& named_by) {
  const QuietOpenCv quiet;
  cv::VideoCapture capture;
  try {
    capture.open(std::stoi(input));
  } catch (const std::exception&) {  // cv::Exception, or a number no int holds: not opened either
  }
  if (!capture.isOpened()) {
    throw InputError("camera " + input + " cannot be opened", named_by,
                     "list the cameras with `ls /dev/video*`; a file named '" + input +
                         "' is opened as ./" + input);
  }
  return std::make_unique<CaptureSource>(std::move(capture), "camera " + input, true);
}

std::unique_ptr<FrameSource> open_video(const std::string& input) {
  const QuietOpenCv quiet;
  cv::VideoCapture capture;
  try {
    capture.open(input);
  } catch (const cv::Exception&) {
  }
  cv::Mat first;
  if (!capture.isOpened() || !capture.grab()) {
    throw InputError("is neither a picture nor a video that OpenCV can decode", input,
                     "give a folder of pictures, a video file or a camera's number");
  }
  capture.open(input);  // from the start again: not every container can seek
  return std::make_unique<CaptureSource>(std::move(capture), fs::path(input).filename().string(),
                                         false);
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::unique_ptr<FrameSource> open_frame_source(const std::string& input,
                                               const std::string& named_by) {
  if (is_number(input)) return open_camera(input, named_by);
  std::error_code error;
  const fs::file_status status = fs::status(input, error);
  if (!fs::exists(status)) {
    throw InputError("there is no such file or folder", named_by + " " + input,
                     "give a folder of pictures, a video file or a camera's number");
  }
  if (!fs::is_directory(status)) {
    if (is_picture(input)) {
      return std::make_unique<PictureSource>(std::vector<Picture>{{std::nullopt, input}}, input);
    }
    return open_video(input);
  }
  try {
    std::vector<Picture> pictures = list_pictures(input);
    if (!pictures.empty()) return std::make_unique<PictureSource>(std::move(pictures), input);
  } catch (const fs::filesystem_error& problem) {
    throw InputError(problem.what(), named_by + " " + input, "check the folder's permissions");
  }
  throw InputError("the folder holds no picture", named_by + " " + input,
                   "put .jpg, .png, .bmp, .ppm, .tif or .webp files there, one sub-folder a label");
}

std::unique_ptr<FrameSource> frames_in_memory(std::vector<SourceFrame> frames) {
  return std::make_unique<MemorySource>(std::move(frames));
}

}  // namespace branchline::lab
