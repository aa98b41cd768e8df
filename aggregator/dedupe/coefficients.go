package dedupe

var fitted model
