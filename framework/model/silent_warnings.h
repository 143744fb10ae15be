#pragma once

#include <c10/util/Exception.h>
#include <torch/version.h>

namespace branchline::model {

/// While it lives, a model's warnings (aten::warn) on this thread go nowhere: they would land on
/// the standard error of whoever embeds us, at every run. LibTorch 1.13 and 2.x name the parts
/// differently.
class SilentWarnings {
#if TORCH_VERSION_MAJOR < 2
  class Handler final : public c10::WarningHandler {
   public:
    void process(const c10::SourceLocation&, const std::string&, bool) override {}
  };
  using Guard = c10::Warning::WarningHandlerGuard;
#else
  class Handler final : public c10::WarningHandler {
   public:
    void process(const c10::Warning&) override {}
  };
  using Guard = c10::WarningUtils::WarningHandlerGuard;
#endif

  Handler handler_;
  Guard guard_{&handler_};
};

}  // namespace branchline::model
