"""The organizations room: whose data it is, and their places of business."""
